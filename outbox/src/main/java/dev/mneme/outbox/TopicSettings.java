package dev.mneme.outbox;

import static java.util.Objects.requireNonNull;

/**
 * How the events of some topics are delivered. Immutable: each method answers changed settings.
 *
 * <p>Without any: in no order, and an event that is given up is left out.
 *
 * @param isOrdered whether events with a key are delivered in the order of their commits
 * @param locksKey whether {@code publish} takes a lock of the key
 * @param onDead what becomes of a key when one of its events was given up
 */
public record TopicSettings(boolean isOrdered, boolean locksKey, OnDead onDead) {

    static final TopicSettings UNORDERED = new TopicSettings(false, false, OnDead.SKIP);

    /**
     * @throws IllegalArgumentException if a key is locked or blocked although there is no order
     */
    public TopicSettings {
        requireNonNull(onDead, "onDead");
        if (!isOrdered && (locksKey || onDead == OnDead.BLOCK_KEY)) {
            throw new IllegalArgumentException(
                    "only a topic with orderedByKey() may lock or block keys, was unordered");
        }
    }

    /**
     * Events with the same tenant, key and priority get their places in the sink in the order in which their transactions
     * committed, if each transaction held a lock of the key before it called {@code publish}, as the lock of the row that
     * the key names.
     */
    public TopicSettings orderedByKey() {
        return new TopicSettings(true, locksKey, onDead);
    }

    /**
     * As {@link #orderedByKey}, for writers that hold no lock of their own: {@code publish} takes one of the key and
     * keeps it until the transaction ends. It may wait for another writer of the key, and two transactions that publish
     * to several keys may deadlock, as with any row lock; {@link Outbox#inTransaction} takes these locks in one order.
     */
    public TopicSettings strictKeyOrder() {
        return new TopicSettings(true, true, onDead);
    }

    /** What becomes of a key when one of its events was given up; to block it, call {@link #orderedByKey} before. */
    public TopicSettings onDead(OnDead onDead) {
        return new TopicSettings(isOrdered, locksKey, onDead);
    }
}
