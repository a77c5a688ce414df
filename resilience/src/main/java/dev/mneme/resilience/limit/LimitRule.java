package dev.mneme.resilience.limit;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * At most {@code limit} calls of one key within any span of {@code window}, wherever that span begins.
 *
 * @param name by which callers choose the rule: 1 to 64 of {@code a-z 0-9 . _ -}
 * @param limit the most calls; 1 to {@value #MAX_LIMIT}
 * @param window the span; more than zero, at most 30 days
 */
public record LimitRule(String name, int limit, Duration window) {

    /** The highest limit; a limiter may keep one number for each call it allowed within the window. */
    public static final int MAX_LIMIT = 10_000;

    private static final Duration LONGEST_WINDOW = Duration.ofDays(30);
    private static final Pattern NAME = Pattern.compile("[a-z0-9._-]{1,64}");

    /**
     * @throws IllegalArgumentException if a part is out of its range
     */
    public LimitRule {
        requireNonNull(window, "window");
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a rule's name must be 1 to 64 of a-z 0-9 . _ -, was '" + name + "'");
        }
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("limit must be 1 to " + MAX_LIMIT + ", was " + limit);
        }
        if (window.isZero() || window.isNegative() || window.compareTo(LONGEST_WINDOW) > 0) {
            throw new IllegalArgumentException(
                    "window must be more than zero and at most " + LONGEST_WINDOW + ", was " + window);
        }
    }

    public static LimitRule of(String name, int limit, Duration window) {
        return new LimitRule(name, limit, window);
    }

    /** The rule {@code user}: 30 calls in 60 seconds. */
    public static LimitRule perUser() {
        return new LimitRule("user", 30, Duration.ofSeconds(60));
    }
}
