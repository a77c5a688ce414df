package dev.mneme.memory.history;

/** What became of a call to clear a conversation. */
public enum Cleared {

    /** No read that begins later, on any node that reaches the shared level, gives a turn appended before the call. */
    DONE,

    /**
     * Done in this process; the shared level could not be asked, or did not answer in time, and is told when it is back.
     * What is appended here meanwhile stays; what is appended on other nodes before it is told may go too. If the process
     * ends before, the time to live is the bound.
     */
    PENDING
}
