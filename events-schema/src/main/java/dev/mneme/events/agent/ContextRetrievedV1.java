package dev.mneme.events.agent;

import dev.mneme.events.Check;
import dev.mneme.events.Event;
import dev.mneme.events.EventType;
import dev.mneme.events.Priority;
import java.time.Duration;

/**
 * An agent looked for what it knows about a question.
 *
 * @param agent whose memory was searched
 * @param results how many records were found
 * @param took how long the search took
 * @param degraded whether a part of the search was left out
 */
@EventType(name = "context.retrieved", version = 1, priority = Priority.LOW)
public record ContextRetrievedV1(String agent, int results, Duration took, boolean degraded) implements Event {

    public ContextRetrievedV1 {
        Check.notBlank(agent, "agent");
        Check.maxLength(agent, 256, "agent");
        Check.atLeast(results, 0, "results");
    }
}
