package dev.mneme.events;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** Instants as RFC 3339 writes them. Written in UTC; read with any offset. */
final class Timestamps {

    private static final int[] TENTHS = {100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1};
    private static final int SECONDS_END = "2026-11-21T14:15:51".length();

    private Timestamps() {}

    static String format(Instant time) {
        return time.toString();
    }

    /**
     * The instant that the text names.
     *
     * @throws java.time.DateTimeException if it names none
     */
    static Instant parse(String text) {
        int length = text.length();
        if (length > SECONDS_END && text.charAt(length - 1) == 'Z' && hasUsualForm(text, length)) {
            return usual(text, length);
        }
        return OffsetDateTime.parse(text).toInstant();
    }

    // the JDK's parser builds a map of fields for every text; nearly all of ours have this one form
    private static boolean hasUsualForm(String text, int length) {
        if (length == SECONDS_END + 2 || length > SECONDS_END + 11) {
            return false;
        }
        for (int at = 0; at < length - 1; at++) {
            char c = text.charAt(at);
            boolean fits = switch (at) {
                case 4, 7 -> c == '-';
                case 10 -> c == 'T';
                case 13, 16 -> c == ':';
                case 19 -> c == '.';
                default -> c >= '0' && c <= '9';
            };
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    private static Instant usual(String text, int length) {
        LocalDate day = LocalDate.of(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10));
        var time = java.time.LocalTime.of(number(text, 11, 13), number(text, 14, 16), number(text, 17, 19));
        int nanos = 0;
        for (int at = SECONDS_END + 1; at < length - 1; at++) {
            nanos += (text.charAt(at) - '0') * TENTHS[at - SECONDS_END - 1];
        }
        return Instant.ofEpochSecond(day.toEpochSecond(time, ZoneOffset.UTC), nanos);
    }

    private static int number(String text, int from, int to) {
        int number = 0;
        for (int at = from; at < to; at++) {
            number = number * 10 + text.charAt(at) - '0';
        }
        return number;
    }
}
