package dev.mneme.memory.coordination;

/** Where a session is in its life. The first two are live and hold a place; from the others nothing leads back. */
public enum SessionState {
    /** In use. */
    ACTIVE,
    /** Put aside by its host; a touch makes it active again. */
    PAUSED,
    /** Closed by its host. */
    COMPLETED,
    /** Was active, and nothing happened for the inactivity. */
    TIMED_OUT,
    /** Was paused, and nobody came back for the time to live. */
    ABANDONED;

    public boolean isLive() {
        return this == ACTIVE || this == PAUSED;
    }
}
