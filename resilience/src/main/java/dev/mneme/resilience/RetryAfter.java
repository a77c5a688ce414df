package dev.mneme.resilience;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;

/** Waits as providers write them: seconds, milliseconds or a date; what cannot be read is no wait. */
final class RetryAfter {

    private static final Duration LONGEST = Duration.ofDays(365);
    private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000L);

    private RetryAfter() {}

    static Duration in(Map<String, List<String>> headers, InstantSource clock) {
        String millis = first(headers, "retry-after-ms");
        if (!millis.isEmpty()) {
            Duration wait = seconds(millis).dividedBy(1_000);
            if (!wait.isZero()) {
                return wait;
            }
        }
        String value = first(headers, "retry-after");
        if (value.isEmpty()) {
            return Duration.ZERO;
        }
        return Character.isDigit(value.charAt(0)) ? seconds(value) : until(value, clock.instant());
    }

    /** A count of seconds such as {@code 7}, {@code 0.5} or {@code 38.2s}. */
    static Duration seconds(String text) {
        String number = text.endsWith("s") ? text.substring(0, text.length() - 1) : text;
        if (number.isEmpty()
                || number.length() > 30
                || !number.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'))) {
            return Duration.ZERO;
        }
        try {
            BigDecimal seconds = new BigDecimal(number);
            if (seconds.compareTo(BigDecimal.valueOf(LONGEST.toSeconds())) > 0) {
                return LONGEST;
            }
            return Duration.ofNanos(seconds.multiply(NANOS).longValue());
        } catch (NumberFormatException e) {
            return Duration.ZERO;
        }
    }

    private static Duration until(String date, Instant now) {
        try {
            Duration wait = Duration.between(
                    now,
                    ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
            if (wait.isNegative()) {
                return Duration.ZERO;
            }
            return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
        } catch (DateTimeException e) {
            return Duration.ZERO;
        }
    }

    private static String first(Map<String, List<String>> headers, String name) {
        for (Map.Entry<String, List<String>> header : headers.entrySet()) {
            if (name.equalsIgnoreCase(header.getKey()) && !header.getValue().isEmpty()) {
                return header.getValue().get(0).strip();
            }
        }
        return "";
    }
}
