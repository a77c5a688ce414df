package dev.mneme.events.agent;

import dev.mneme.events.Check;
import dev.mneme.events.Event;
import dev.mneme.events.EventType;
import org.jspecify.annotations.Nullable;

/**
 * An agent was called directly, by a user or by another agent.
 *
 * @param callId unique
 * @param agent the agent that was called
 * @param caller the agent that called; absent if a user did
 */
@EventType(name = "agent.called", version = 1)
public record AgentCalledV1(
        String callId, String agent, @Nullable String caller) implements Event {

    public AgentCalledV1 {
        Check.notBlank(callId, "callId");
        Check.maxLength(callId, 256, "callId");
        Check.notBlank(agent, "agent");
        Check.maxLength(agent, 256, "agent");
        Check.maxLength(caller, 256, "caller");
    }
}
