package dev.mneme.bus;

/** Where a task is on its way; the last three are final, and a task reaches one of them only. */
public enum TaskState {
    /** Accepted, and not running: it waits for a slot of its agent, or for the next attempt. */
    QUEUED,
    /** An attempt was begun and has not ended. */
    RUNNING,
    /** The handler returned in time. */
    COMPLETED,
    /** The last attempt failed, or the deadline passed. */
    FAILED,
    /** Somebody called it off. */
    CANCELLED;

    public boolean isFinal() {
        return this == COMPLETED || this == FAILED || this == CANCELLED;
    }
}
