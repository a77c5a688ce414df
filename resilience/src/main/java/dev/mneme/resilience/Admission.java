package dev.mneme.resilience;

import java.time.Duration;

/**
 * Where a rate limit plugs into a {@link Policy}: asked once for each call, before any attempt, and counted by whoever
 * implements it.
 *
 * <p>Runs on the caller's thread and must not block. What it throws ends the call before it is made.
 */
@FunctionalInterface
public interface Admission {

    /**
     * Zero admits the call. Anything else refuses it, and is how long to wait until one would be admitted; who cannot
     * tell must answer some time, not zero.
     */
    Duration retryAfter();

    /** Admits every call. */
    static Admission always() {
        return () -> Duration.ZERO;
    }
}
