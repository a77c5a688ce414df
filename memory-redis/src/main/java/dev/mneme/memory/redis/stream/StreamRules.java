package dev.mneme.memory.redis.stream;

import java.time.Duration;

/** The rules for what a host gives. */
final class StreamRules {

    /** As {@code EventBatch} has it. */
    static final int MAX_LANE = 1_023;

    private static final int MAX_NAME_LENGTH = 80;
    private static final int MAX_NAMESPACE_LENGTH = 64;
    private static final Duration LONGEST = Duration.ofDays(365);

    private StreamRules() {}

    static String name(String what, String name) {
        boolean plain = name.chars().allMatch(c -> c >= ' ' && c <= '~');
        if (name.isBlank() || name.length() > MAX_NAME_LENGTH || !plain || !name.equals(name.strip())) {
            throw new IllegalArgumentException(what + " must have 1 to " + MAX_NAME_LENGTH
                    + " printable ASCII characters with no blank at its ends, had " + name.length());
        }
        return name;
    }

    static String namespace(String namespace) {
        if (namespace.isBlank() || namespace.length() > MAX_NAMESPACE_LENGTH) {
            throw new IllegalArgumentException("a namespace must have 1 to " + MAX_NAMESPACE_LENGTH
                    + " characters and not be blank, had " + namespace.length());
        }
        return namespace;
    }

    static int between(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(what + " must be " + least + " to " + most + ", was " + value);
        }
        return value;
    }

    static Duration between(String what, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(what + " must be " + least + " to " + most + ", was " + value);
        }
        return value;
    }

    static Duration notNegative(String what, Duration value) {
        return between(what, value, Duration.ZERO, LONGEST);
    }
}
