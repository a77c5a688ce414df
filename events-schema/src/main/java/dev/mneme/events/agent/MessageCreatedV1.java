package dev.mneme.events.agent;

import dev.mneme.events.Check;
import dev.mneme.events.Event;
import dev.mneme.events.EventType;
import dev.mneme.events.Personal;
import dev.mneme.events.Priority;
import org.jspecify.annotations.Nullable;

/**
 * A message was said in a session.
 *
 * @param messageId unique in the session
 * @param role who said it
 * @param agent the agent that said it, if one did
 * @param content the text
 */
@EventType(name = "message.created", version = 1, priority = Priority.HIGH)
public record MessageCreatedV1(
        String messageId,
        Role role,
        @Nullable String agent,
        @Personal String content) implements Event {

    public MessageCreatedV1 {
        Check.notBlank(messageId, "messageId");
        Check.maxLength(messageId, 256, "messageId");
        Check.maxLength(agent, 256, "agent");
        Check.maxLength(content, 65_536, "content");
    }

    /** Who says a message. */
    public enum Role {
        /** The person. */
        USER,
        /** An agent. */
        AGENT,
        /** A tool, by its result. */
        TOOL,
        /** The host. */
        SYSTEM,
        /** One that a later release added. */
        UNKNOWN
    }
}
