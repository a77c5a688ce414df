package dev.mneme.events.agent;

import dev.mneme.events.Check;
import dev.mneme.events.Event;
import dev.mneme.events.EventType;
import dev.mneme.events.Priority;

/**
 * A task was given up.
 *
 * @param taskId as in {@link TaskQueuedV1}
 * @param code the kind of failure, from a small closed set of the host's
 * @param attempts how often it was tried
 * @param retriable whether to try it again later makes sense
 */
@EventType(name = "task.failed", version = 1, priority = Priority.HIGH)
public record TaskFailedV1(String taskId, String code, int attempts, boolean retriable) implements Event {

    public TaskFailedV1 {
        Check.notBlank(taskId, "taskId");
        Check.maxLength(taskId, 256, "taskId");
        Check.notBlank(code, "code");
        Check.maxLength(code, 256, "code");
        Check.atLeast(attempts, 0, "attempts");
    }
}
