package dev.mneme.events.agent;

import dev.mneme.events.Check;
import dev.mneme.events.Event;
import dev.mneme.events.EventType;
import dev.mneme.events.Priority;

/**
 * A task was ended before it was done.
 *
 * @param taskId as in {@link TaskQueuedV1}
 * @param cancelledBy what ended it
 */
@EventType(name = "task.cancelled", version = 1, priority = Priority.HIGH)
public record TaskCancelledV1(String taskId, CancelledBy cancelledBy) implements Event {

    public TaskCancelledV1 {
        Check.notBlank(taskId, "taskId");
        Check.maxLength(taskId, 256, "taskId");
    }

    /** What ends a task before it is done. */
    public enum CancelledBy {
        /** Somebody asked for it. */
        USER,
        /** It was too late for it. */
        DEADLINE,
        /** A task that it depends on did not complete. */
        DEPENDENCY,
        /** Its agent was stopped. */
        SHUTDOWN,
        /** One that a later release added. */
        UNKNOWN
    }
}
