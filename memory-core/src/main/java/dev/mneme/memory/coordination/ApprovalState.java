package dev.mneme.memory.coordination;

/** Where a request for approval is; all but the first are final, and a request reaches one of them only. */
public enum ApprovalState {
    /** Nobody has decided, and the deadline lies ahead. */
    PENDING,
    /** Somebody said yes. */
    APPROVED,
    /** A rule said yes: at once, or when the deadline passed. */
    AUTO_APPROVED,
    /** Somebody said no. */
    REJECTED,
    /** Nobody said anything in time, which is a no. */
    TIMED_OUT,
    /** Whoever asked needs no answer any more. */
    WITHDRAWN;

    public boolean isFinal() {
        return this != PENDING;
    }

    /** Whether it is a yes. */
    public boolean isApproved() {
        return this == APPROVED || this == AUTO_APPROVED;
    }
}
