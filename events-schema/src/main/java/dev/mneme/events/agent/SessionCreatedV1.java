package dev.mneme.events.agent;

import dev.mneme.events.Check;
import dev.mneme.events.Event;
import dev.mneme.events.EventType;
import org.jspecify.annotations.Nullable;

/**
 * A session began; which one and whose, the envelope says.
 *
 * @param agent the agent it is with, if it is with one
 * @param channel by what way the user came, as {@code web} or {@code voice}
 */
@EventType(name = "session.created", version = 1)
public record SessionCreatedV1(
        @Nullable String agent, @Nullable String channel) implements Event {

    public SessionCreatedV1 {
        Check.maxLength(agent, 256, "agent");
        Check.maxLength(channel, 256, "channel");
    }
}
