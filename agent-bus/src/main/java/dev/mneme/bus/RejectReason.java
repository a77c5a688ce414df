package dev.mneme.bus;

/** Why a task was not accepted. */
public enum RejectReason {
    /** As many tasks wait for the agent as may. */
    QUEUE_FULL,
    /** As many tasks of this tenant wait for the agent as one tenant may have there. */
    TENANT_FULL,
    /** The deadline that the submitting thread is under has passed. */
    DEADLINE_PASSED,
    /** The agent, or the whole bus, ends its work. */
    DRAINING
}
