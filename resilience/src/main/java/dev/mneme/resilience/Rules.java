package dev.mneme.resilience;

import java.time.Duration;

/** The rules that settings share. */
final class Rules {

    /** Durations are counted in nanoseconds; a year keeps sums of them far from overflow. */
    private static final Duration LONGEST = Duration.ofDays(365);

    private static final int MAX_NAME_LENGTH = 80;

    private Rules() {}

    /** Names stand on readiness pages and in metric tags, so they are short and plain. */
    static void name(String name) {
        boolean plain = name.chars().allMatch(c -> c >= ' ' && c <= '~');
        if (name.isBlank() || name.length() > MAX_NAME_LENGTH || !plain || !name.equals(name.strip())) {
            throw new IllegalArgumentException("a name must have 1 to " + MAX_NAME_LENGTH
                    + " printable ASCII characters with no blank at its ends, had " + name.length());
        }
    }

    static void positive(String what, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(what + " must be more than zero, was " + value);
        }
        notLonger(what, value);
    }

    static void notNegative(String what, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(what + " must not be negative, was " + value);
        }
        notLonger(what, value);
    }

    static void between(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(what + " must be " + least + " to " + most + ", was " + value);
        }
    }

    static void between(String what, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw new IllegalArgumentException(what + " must be " + least + " to " + most + ", was " + value);
        }
    }

    static void atLeast(String what, Duration value, String leastName, Duration least) {
        if (value.compareTo(least) < 0) {
            throw new IllegalArgumentException(
                    what + " (" + value + ") must be at least " + leastName + " (" + least + ")");
        }
    }

    private static void notLonger(String what, Duration value) {
        if (value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(what + " must be at most " + LONGEST + ", was " + value);
        }
    }
}
