package dev.mneme.events.stream;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The place of an event in its session's replay buffer, as a listener gives it back when it reconnects.
 *
 * <p>Within an incarnation the numbers are 1, 2, 3 and so on, without a gap. A session that was forgotten and begins
 * again has another incarnation.
 *
 * @param incarnation 1 to 32 characters of {@code a-z} and {@code 0-9}
 * @param number at least 1
 */
public record ReplayId(String incarnation, long number) {

    private static final Pattern INCARNATION = Pattern.compile("[a-z0-9]{1,32}");
    private static final Pattern FORM = Pattern.compile("([a-z0-9]{1,32})-([1-9][0-9]{0,17})");

    /**
     * @throws IllegalArgumentException if a part is out of its range
     */
    public ReplayId {
        if (!INCARNATION.matcher(incarnation).matches() || number < 1) {
            throw new IllegalArgumentException(
                    "a replay id must have an incarnation of 1 to 32 characters of a-z and 0-9"
                            + " and a number of at least 1, had " + incarnation.length() + " characters and " + number);
        }
    }

    /** The id as {@link #toString} writes it; empty for any other text, or none. */
    public static Optional<ReplayId> parse(@Nullable String text) {
        if (text == null) {
            return Optional.empty();
        }
        Matcher parts = FORM.matcher(text);
        return parts.matches()
                ? Optional.of(new ReplayId(parts.group(1), Long.parseLong(parts.group(2))))
                : Optional.empty();
    }

    /** {@code incarnation-number}. */
    @Override
    public String toString() {
        return incarnation + '-' + number;
    }
}
