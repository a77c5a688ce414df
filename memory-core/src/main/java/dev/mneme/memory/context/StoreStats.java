package dev.mneme.memory.context;

/**
 * A whole store in numbers, of all agents together. What is counted is counted since this process opened the store.
 *
 * @param records how many there are; may count some whose time is over, as long as no call has looked at their agent
 * @param bytes what the store takes
 * @param bytesKind whether {@code bytes} is measured or an estimate
 * @param evicted how many records went by the {@link Limits}
 * @param pruned how many records were removed by {@link AgentContext#prune}
 * @param skipped how many interactions were not stored because they were {@link Duplicates}
 * @param merged how many interactions went into a record whose {@link Duplicates} they were
 * @param agentsAlerted how many agents are at or above an alert level now
 * @param alertsDropped how many alerts the listener was too slow for
 */
public record StoreStats(
        long records,
        long bytes,
        BytesKind bytesKind,
        long evicted,
        long pruned,
        long skipped,
        long merged,
        long agentsAlerted,
        long alertsDropped) {

    /** How a number of bytes came about. */
    public enum BytesKind {
        /** The sizes of the store's files. */
        MEASURED,
        /** Reckoned from the records, as {@link ContextStats#bytes()} is. */
        ESTIMATED
    }
}
