package dev.mneme.memory.context;

/**
 * An add would leave an agent with more pinned records than its {@link Limits} allow records, and none of them may be
 * evicted. Nothing was changed. Unpin some, delete some, or open the store with a higher limit.
 */
public final class PinnedLimitException extends ContextStoreException {

    private final long pinned;
    private final int maxRecords;

    /**
     * @param pinned how many pinned records there would have been
     * @param maxRecords how many records an agent may have
     */
    public PinnedLimitException(long pinned, int maxRecords) {
        super(
                "an agent may have at most " + maxRecords + " records, and would have " + pinned
                        + " pinned ones, which are never evicted; nothing was changed",
                null);
        this.pinned = pinned;
        this.maxRecords = maxRecords;
    }

    /** How many pinned records there would have been. */
    public long pinned() {
        return pinned;
    }

    /** How many records an agent may have. */
    public int maxRecords() {
        return maxRecords;
    }
}
