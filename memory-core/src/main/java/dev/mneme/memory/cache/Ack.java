package dev.mneme.memory.cache;

/** What became of an invalidation. */
public enum Ack {
    /**
     * No read that begins later gets, from the far level or on this node, a value whose load began before the call; on
     * another node, none that begins later than the staleness bound.
     */
    DONE,
    /**
     * The far level could not be asked. This node keeps the promise while it lives; the others keep it from when the
     * queued invalidation is sent, which is done as soon as the far level is back. If this node dies before, the time to
     * live is the bound.
     */
    PENDING;

    /** The weaker of two answers. */
    public Ack and(Ack other) {
        return this == DONE ? other : this;
    }

    /**
     * Does nothing if this is {@link #DONE}.
     *
     * @throws InvalidationPendingException if it is not; the invalidation is queued all the same
     */
    public void orThrow() {
        if (this == PENDING) {
            throw new InvalidationPendingException();
        }
    }
}
