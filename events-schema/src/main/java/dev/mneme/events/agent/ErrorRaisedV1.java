package dev.mneme.events.agent;

import dev.mneme.events.Check;
import dev.mneme.events.Event;
import dev.mneme.events.EventType;
import dev.mneme.events.Personal;
import dev.mneme.events.Priority;
import org.jspecify.annotations.Nullable;

/**
 * Something went wrong that somebody should see.
 *
 * @param code the kind of error, from a small closed set of the host's
 * @param message what to tell the user
 * @param taskId the task it happened in, if in one
 * @param retriable whether to try again makes sense
 */
@EventType(name = "error.raised", version = 1, priority = Priority.HIGH)
public record ErrorRaisedV1(
        String code,
        @Nullable @Personal String message,
        @Nullable String taskId,
        boolean retriable) implements Event {

    public ErrorRaisedV1 {
        Check.notBlank(code, "code");
        Check.maxLength(code, 256, "code");
        Check.maxLength(message, 65_536, "message");
        Check.maxLength(taskId, 256, "taskId");
    }
}
