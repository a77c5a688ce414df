package dev.mneme;

/** What a user allows to be done with their words. An argument of every call that could keep them. */
public enum Privacy {

    /** They may be kept where the host keeps them, for as long as it says. */
    STORED,

    /** They leave no trace: they stay in this process, for a bounded time, and are written to no server, file or log. */
    NONE
}
