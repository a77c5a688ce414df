package dev.mneme.memory.context;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One agent's memory in numbers, as it stood at one moment.
 *
 * @param totalVectors how many records there are; each has one vector
 * @param pinned how many of them are pinned
 * @param bytes an estimate of what the records take: their vectors (4 bytes a dimension), their texts, names and metadata as
 *     UTF-8, and 64 bytes for the rest of each; indexes and free space in files come on top
 * @param outcomes of all records
 * @param byType of the records of each type; of the {@value #MAX_TYPES} types with most records
 * @param oldest the earliest time of a record
 * @param newest the latest time of a record
 * @param fillRatio the share of the {@link Limits} in use; empty if there is no limit
 */
public record ContextStats(
        long totalVectors,
        long pinned,
        long bytes,
        Outcomes outcomes,
        Map<String, Outcomes> byType,
        Optional<Instant> oldest,
        Optional<Instant> newest,
        OptionalDouble fillRatio) {

    /** So many types are told apart at most. */
    public static final int MAX_TYPES = 100;

    public ContextStats {
        byType = Map.copyOf(byType);
    }

    /** The share of records with a known outcome that went well; empty if none has one. */
    public OptionalDouble successRate() {
        return outcomes.successRate();
    }

    /**
     * How records went.
     *
     * @param records how many there are
     * @param succeeded how many went well
     * @param failed how many did not; of the rest it is unknown
     */
    public record Outcomes(long records, long succeeded, long failed) {

        /** The share that went well of those of which it is known; empty if it is known of none. */
        public OptionalDouble successRate() {
            long known = succeeded + failed;
            return known == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) succeeded / known);
        }
    }
}
