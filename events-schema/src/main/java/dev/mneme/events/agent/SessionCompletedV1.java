package dev.mneme.events.agent;

import dev.mneme.events.Check;
import dev.mneme.events.Event;
import dev.mneme.events.EventType;
import java.time.Duration;

/**
 * A session was ended by one of its sides.
 *
 * @param endedBy which side ended it
 * @param lasted from its beginning to its end
 * @param messages how many messages it had
 */
@EventType(name = "session.completed", version = 1)
public record SessionCompletedV1(EndedBy endedBy, Duration lasted, long messages) implements Event {

    public SessionCompletedV1 {
        Check.atLeast(messages, 0, "messages");
    }

    /** Who ended a session. */
    public enum EndedBy {
        /** The user left. */
        USER,
        /** The agent had no more to say. */
        AGENT,
        /** The host ended it. */
        HOST,
        /** One that a later release added. */
        UNKNOWN
    }
}
