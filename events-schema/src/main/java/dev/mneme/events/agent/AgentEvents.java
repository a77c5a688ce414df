package dev.mneme.events.agent;

import dev.mneme.events.EventRegistry;

/** The list of the events that hosts of agents have in common. */
public final class AgentEvents {

    private static final EventRegistry ALL = EventRegistry.of(
            SessionCreatedV1.class,
            SessionUpdatedV1.class,
            SessionTimedOutV1.class,
            SessionCompletedV1.class,
            SessionEventsLostV1.class,
            MessageCreatedV1.class,
            AgentCalledV1.class,
            TaskQueuedV1.class,
            TaskStartedV1.class,
            TaskProgressV1.class,
            TaskCompletedV1.class,
            TaskFailedV1.class,
            TaskCancelledV1.class,
            ContextRetrievedV1.class,
            MemoryStoredV1.class,
            MemoryPrunedV1.class,
            MemoryErasedV1.class,
            ApprovalRequestedV1.class,
            ApprovalExpiringV1.class,
            ApprovalResolvedV1.class,
            ModelFallbackV1.class,
            BreakerChangedV1.class,
            ErrorRaisedV1.class);

    private AgentEvents() {}

    /** All of them in all their versions, with the steps between; a host adds its own by {@link EventRegistry#with}. */
    public static EventRegistry all() {
        return ALL;
    }
}
