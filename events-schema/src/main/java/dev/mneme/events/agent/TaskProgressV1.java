package dev.mneme.events.agent;

import dev.mneme.events.Check;
import dev.mneme.events.Event;
import dev.mneme.events.EventType;
import dev.mneme.events.Personal;
import dev.mneme.events.Priority;
import org.jspecify.annotations.Nullable;

/**
 * A task has come further; a later one replaces an earlier one.
 *
 * @param taskId as in {@link TaskQueuedV1}
 * @param percent how far, 0 to 100; absent if nobody knows
 * @param message what to tell the user
 */
@EventType(name = "task.progress", version = 1, priority = Priority.LOW)
public record TaskProgressV1(
        String taskId,
        @Nullable Integer percent,
        @Nullable @Personal String message) implements Event {

    public TaskProgressV1 {
        Check.notBlank(taskId, "taskId");
        Check.maxLength(taskId, 256, "taskId");
        Check.atLeast(percent, 0, "percent");
        Check.atMost(percent, 100, "percent");
        Check.maxLength(message, 65_536, "message");
    }
}
