package dev.mneme.events.stream;

import java.time.Duration;

/** The rules that settings share. */
final class Limits {

    /** Durations are counted in nanoseconds; a year keeps sums of them far from overflow. */
    private static final Duration LONGEST = Duration.ofDays(365);

    private Limits() {}

    static void between(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(what + " must be " + least + " to " + most + ", was " + value);
        }
    }

    static void positive(String what, Duration value) {
        if (value.isZero()) {
            throw new IllegalArgumentException(what + " must be more than zero, was " + value);
        }
        notNegative(what, value);
    }

    static void notNegative(String what, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(what + " must not be negative, was " + value);
        }
        if (value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(what + " must be at most " + LONGEST + ", was " + value);
        }
    }
}
