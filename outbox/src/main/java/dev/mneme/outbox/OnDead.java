package dev.mneme.outbox;

/** What becomes of a key when one of its events was given up. */
public enum OnDead {
    /** The event leaves its place, and the later ones of its key go on. */
    SKIP,
    /** The later events of its key wait until it is redriven and delivered. */
    BLOCK_KEY
}
