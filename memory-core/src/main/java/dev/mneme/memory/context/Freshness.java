package dev.mneme.memory.context;

/** How far an answer can be trusted to be the whole and current truth. */
public enum Freshness {
    /** All that was stored when the search began was searched. */
    LIVE,
    /** The answer comes from what was known earlier; newer records may be missing, deleted ones may be there. */
    STALE,
    /** Some of what is stored was not searched; the reason says why. */
    PARTIAL
}
