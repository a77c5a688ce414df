package dev.mneme.bus;

import java.time.Duration;

/** Checks of settings: the rule, and the value found. */
final class Limits {

    private static final Duration YEAR = Duration.ofDays(365);

    private Limits() {}

    static void between(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(what + " must be " + least + " to " + most + ", was " + value);
        }
    }

    static void timeout(String what, Duration value) {
        if (value.isZero() || value.isNegative() || value.compareTo(YEAR) > 0) {
            throw new IllegalArgumentException(what + " must be more than zero and at most a year, was " + value);
        }
    }

    static void notNegative(String what, Duration value) {
        if (value.isNegative() || value.compareTo(YEAR) > 0) {
            throw new IllegalArgumentException(what + " must be zero to a year, was " + value);
        }
    }
}
