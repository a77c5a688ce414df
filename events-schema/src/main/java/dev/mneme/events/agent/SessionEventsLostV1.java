package dev.mneme.events.agent;

import dev.mneme.events.Check;
import dev.mneme.events.Event;
import dev.mneme.events.EventType;
import dev.mneme.events.Priority;

/**
 * Events of the session are missing here: who follows it must load anew what they would have told.
 *
 * @param events how many, or more than there were if some were stored without an answer
 */
@EventType(name = "session.events.lost", version = 1, priority = Priority.HIGH)
public record SessionEventsLostV1(long events) implements Event {

    public SessionEventsLostV1 {
        Check.atLeast(events, 1, "events");
    }
}
