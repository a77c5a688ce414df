package dev.mneme.bus;

/** What a {@link TaskState} alone does not say. */
public enum TaskDetail {
    /** Nothing more. */
    NONE,
    /** Queued, as part of a plan, until its agent's queue has room for it. */
    PARKED,
    /** Queued behind another task of its key. */
    BEHIND_KEY,
    /** Queued until the wait before its next attempt is over. */
    BACKING_OFF,
    /** Running, and waiting for another task; its slot is lent to others meanwhile. */
    AWAITING,
    /**
     * An approval, or a plan that must be approved first, is queued until somebody decides; a plan runs, and all that could go
     * on in it waits for such.
     */
    WAITING_FOR_APPROVAL,
    /** Failed: somebody, or the time that passed, said no, or nobody was asked again. */
    NOT_APPROVED,
    /** Failed: the handler threw, and was not to be repeated. */
    HANDLER_FAILED,
    /** Failed: the deadline passed. */
    TIMED_OUT,
    /** Cancelled through its handle. */
    BY_CALLER,
    /** Cancelled because the task that submitted it was cancelled or timed out, or its plan was cancelled or failed fast. */
    WITH_PARENT,
    /** Cancelled because its agent, or the bus, was drained and it had not ended in time. */
    SHUTDOWN
}
