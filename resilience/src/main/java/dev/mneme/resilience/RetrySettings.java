package dev.mneme.resilience;

import java.time.Duration;

/**
 * How often a failed call is repeated, and how long apart.
 *
 * <p>The wait before retry <i>n</i> is drawn evenly between {@code minWait} and the ceiling
 * {@code min(maxCeiling, firstCeiling * growth^(n-1))} ("full jitter"; the draw comes after the cap, so waits still
 * spread there).
 *
 * @param maxRetries the most repetitions after the first attempt; 0 to 100
 * @param minWait the shortest wait; at most {@code firstCeiling}
 * @param firstCeiling the ceiling of the first wait; more than zero
 * @param growth the factor from ceiling to ceiling; 1 to 100
 * @param maxCeiling the cap of the ceiling; at least {@code firstCeiling}
 * @param maxRetryAfter the longest wait a target may ask for; above it the call gives up at once
 */
public record RetrySettings(
        int maxRetries,
        Duration minWait,
        Duration firstCeiling,
        double growth,
        Duration maxCeiling,
        Duration maxRetryAfter) {

    /**
     * @throws IllegalArgumentException if a setting is out of its range
     */
    public RetrySettings {
        Rules.between("maxRetries", maxRetries, 0, 100);
        Rules.notNegative("minWait", minWait);
        Rules.positive("firstCeiling", firstCeiling);
        Rules.atLeast("firstCeiling", firstCeiling, "minWait", minWait);
        Rules.between("growth", growth, 1.0, 100.0);
        Rules.positive("maxCeiling", maxCeiling);
        Rules.atLeast("maxCeiling", maxCeiling, "firstCeiling", firstCeiling);
        Rules.notNegative("maxRetryAfter", maxRetryAfter);
    }

    /** So many retries with doubling ceilings, a Retry-After of up to 30 s obeyed. */
    public static RetrySettings of(int maxRetries, Duration firstCeiling, Duration maxCeiling) {
        return new RetrySettings(maxRetries, Duration.ZERO, firstCeiling, 2, maxCeiling, Duration.ofSeconds(30));
    }

    /** One attempt and no more. */
    public static RetrySettings none() {
        return of(0, Duration.ofSeconds(1), Duration.ofSeconds(1));
    }

    public RetrySettings withMaxRetries(int maxRetries) {
        return new RetrySettings(maxRetries, minWait, firstCeiling, growth, maxCeiling, maxRetryAfter);
    }

    public RetrySettings withMinWait(Duration minWait) {
        return new RetrySettings(maxRetries, minWait, firstCeiling, growth, maxCeiling, maxRetryAfter);
    }

    public RetrySettings withMaxRetryAfter(Duration maxRetryAfter) {
        return new RetrySettings(maxRetries, minWait, firstCeiling, growth, maxCeiling, maxRetryAfter);
    }

    long ceilingNanos(int retry) {
        double nanos = firstCeiling.toNanos() * Math.pow(growth, retry - 1.0);
        return nanos < (double) maxCeiling.toNanos() ? (long) nanos : maxCeiling.toNanos();
    }
}
