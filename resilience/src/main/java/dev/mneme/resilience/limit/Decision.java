package dev.mneme.resilience.limit;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * A limiter's answer to one call.
 *
 * @param allowed whether the call may go on
 * @param remaining how many more calls would be allowed right now; with several rules the smallest of theirs
 * @param retryAfter zero if allowed; else when the call would be allowed, if no other call of the same key came before it
 * @param degraded whether the limiter could not count as it should and said what it could; see the limiter's class
 */
public record Decision(boolean allowed, long remaining, Duration retryAfter, boolean degraded) {

    private static final Decision[] SMALL = new Decision[256];

    static {
        for (int remaining = 0; remaining < SMALL.length; remaining++) {
            SMALL[remaining] = new Decision(true, remaining, Duration.ZERO, false);
        }
    }

    /**
     * @throws IllegalArgumentException if {@code remaining} is below zero, or {@code retryAfter} is not zero for an
     *     allowed call, or not more than zero for a refused one
     */
    public Decision {
        requireNonNull(retryAfter, "retryAfter");
        if (remaining < 0) {
            throw new IllegalArgumentException("remaining must be at least 0, was " + remaining);
        }
        if (allowed && !retryAfter.isZero()) {
            throw new IllegalArgumentException("retryAfter of an allowed call must be zero, was " + retryAfter);
        }
        if (!allowed && (retryAfter.isZero() || retryAfter.isNegative())) {
            throw new IllegalArgumentException(
                    "retryAfter of a refused call must be more than zero, was " + retryAfter);
        }
    }

    /** The call may go on, and after it {@code remaining} more. */
    public static Decision allowed(long remaining) {
        return remaining >= 0 && remaining < SMALL.length
                ? SMALL[(int) remaining]
                : new Decision(true, remaining, Duration.ZERO, false);
    }

    /** The call may not go on before {@code retryAfter} has passed. */
    public static Decision refused(Duration retryAfter) {
        return new Decision(false, 0, retryAfter, false);
    }

    /** This answer, marked as made by a limiter that could not count as it should. */
    public Decision asDegraded() {
        return degraded ? this : new Decision(allowed, remaining, retryAfter, true);
    }

    /** {@link #retryAfter()} in whole seconds, rounded up: the value of a {@code Retry-After} header. */
    public long retryAfterSeconds() {
        return retryAfter.getNano() == 0 ? retryAfter.getSeconds() : retryAfter.getSeconds() + 1;
    }
}
