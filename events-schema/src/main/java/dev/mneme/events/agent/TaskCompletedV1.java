package dev.mneme.events.agent;

import dev.mneme.events.Check;
import dev.mneme.events.Event;
import dev.mneme.events.EventType;
import dev.mneme.events.Personal;
import dev.mneme.events.Priority;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A task was done.
 *
 * @param taskId as in {@link TaskQueuedV1}
 * @param took from its start to its end, all attempts together
 * @param result what came out, if it is a short text
 */
@EventType(name = "task.completed", version = 1, priority = Priority.HIGH)
public record TaskCompletedV1(
        String taskId, Duration took, @Nullable @Personal String result) implements Event {

    public TaskCompletedV1 {
        Check.notBlank(taskId, "taskId");
        Check.maxLength(taskId, 256, "taskId");
        Check.maxLength(result, 65_536, "result");
    }
}
