package dev.mneme;

/**
 * A monotonic source of time for measuring durations; unrelated to any date, and untouched when a wall clock is set.
 *
 * <p>Only differences between two readings of the same ticker mean anything. Compare them by subtraction
 * ({@code a - b < 0}), since the count may overflow. Implementations must be safe for use by many threads and must not
 * block.
 */
@FunctionalInterface
public interface Ticker {

    /** Nanoseconds since an arbitrary origin, which may lie in the future. */
    long nanos();

    /** The ticker of this machine, {@link System#nanoTime()}. */
    static Ticker system() {
        return System::nanoTime;
    }
}
