package dev.mneme.memory.history;

/** What became of a call to clear a conversation. */
public enum Cleared {

    /** No read that begins later, on any node that reaches the shared level, gives a turn appended before the call. */
    DONE,

    /**
     * Done in this process; the shared level could not be asked, and is told when it is back. Turns that are appended
     * meanwhile stay. If the process ends before, the time to live is the bound.
     */
    PENDING
}
