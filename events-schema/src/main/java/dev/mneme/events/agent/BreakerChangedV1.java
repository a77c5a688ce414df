package dev.mneme.events.agent;

import dev.mneme.events.Check;
import dev.mneme.events.Event;
import dev.mneme.events.EventType;
import dev.mneme.events.Priority;

/**
 * A circuit breaker changed its state.
 *
 * @param breaker its name
 * @param before the state it left
 * @param after the state it is in
 */
@EventType(name = "breaker.changed", version = 1, priority = Priority.HIGH)
public record BreakerChangedV1(String breaker, State before, State after) implements Event {

    public BreakerChangedV1 {
        Check.notBlank(breaker, "breaker");
        Check.maxLength(breaker, 256, "breaker");
    }

    /** The state of a breaker. */
    public enum State {
        /** Calls pass. */
        CLOSED,
        /** Calls are refused. */
        OPEN,
        /** A call is let through as a probe. */
        HALF_OPEN,
        /** One that a later release added. */
        UNKNOWN
    }
}
