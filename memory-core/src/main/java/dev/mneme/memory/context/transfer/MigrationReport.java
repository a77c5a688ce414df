package dev.mneme.memory.context.transfer;

/**
 * How two stores compare, record by record.
 *
 * @param agents that have records in either
 * @param records that the store has of which the other is to be the copy
 * @param missing of these, how many the copy has not
 * @param different of these, how many the copy has otherwise
 * @param extra how many the copy has that the first has not
 * @param unmovable how many have no words, only a vector of an embedder that the copy does not have; they are not missing
 */
public record MigrationReport(long agents, long records, long missing, long different, long extra, long unmovable) {

    /** Whether the copy has all that can be had, and nothing else. */
    public boolean isComplete() {
        return missing == 0 && different == 0 && extra == 0;
    }

    /**
     * This report, if it {@linkplain #isComplete() is complete}.
     *
     * @throws IllegalStateException if not, with the counts
     */
    public MigrationReport orThrow() {
        if (!isComplete()) {
            throw new IllegalStateException("the stores must hold the same, but were: " + this);
        }
        return this;
    }
}
