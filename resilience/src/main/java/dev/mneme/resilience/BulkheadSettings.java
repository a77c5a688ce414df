package dev.mneme.resilience;

import java.time.Duration;

/**
 * How many calls may run at once, and who may wait for a place.
 *
 * @param maxConcurrent the most calls running at once; 1 to 100,000
 * @param maxWaiting the most callers waiting for a place, later ones are refused at once; 0 to 100,000
 * @param maxWait the longest a caller waits; zero for not at all
 */
public record BulkheadSettings(int maxConcurrent, int maxWaiting, Duration maxWait) {

    /**
     * @throws IllegalArgumentException if a setting is out of its range
     */
    public BulkheadSettings {
        Rules.between("maxConcurrent", maxConcurrent, 1, 100_000);
        Rules.between("maxWaiting", maxWaiting, 0, 100_000);
        Rules.notNegative("maxWait", maxWait);
    }

    /** So many calls at once; whoever finds no place is refused at once. */
    public static BulkheadSettings of(int maxConcurrent) {
        return new BulkheadSettings(maxConcurrent, 0, Duration.ZERO);
    }

    /** The same with a queue: at most so many callers wait, each at most so long. */
    public BulkheadSettings withQueue(int maxWaiting, Duration maxWait) {
        return new BulkheadSettings(maxConcurrent, maxWaiting, maxWait);
    }
}
