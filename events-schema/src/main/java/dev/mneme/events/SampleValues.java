package dev.mneme.events;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One value of each type, always the same: what a sample of an event is made of. */
final class SampleValues {

    private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");
    private static final UUID ID = UUID.fromString("019b76da-a800-7000-8000-000000000001");

    private SampleValues() {}

    /** A value for each component, within the rules known so far. */
    static @Nullable Object[] of(RecordShape shape) {
        return shape.fields().stream().map(SampleValues::of).toArray();
    }

    private static Object of(FieldShape field) {
        return value(field.value(), field.name(), field.rules());
    }

    private static Object value(ValueShape shape, String name, Map<String, Long> rules) {
        if (shape instanceof RecordShape record) {
            return record.construct(of(record));
        }
        if (shape instanceof EnumShape constants) {
            return constants.first();
        }
        if (shape instanceof ListShape list) {
            return rules.getOrDefault(Rules.MAX_SIZE, 1L) < 1
                    ? List.of()
                    : List.of(value(list.element(), name, Map.of()));
        }
        if (shape instanceof MapShape map) {
            return rules.getOrDefault(Rules.MAX_SIZE, 1L) < 1
                    ? Map.of()
                    : Map.of("key", value(map.value(), name, Map.of()));
        }
        long number = number(rules);
        return switch (shape.describe()) {
            case "string" -> text(name, rules);
            case "uuid" -> ID;
            case "instant" -> TIME;
            case "duration" -> Duration.ofSeconds(90);
            case "date" -> LocalDate.ofEpochDay(20_000);
            case "boolean" -> true;
            case "int32" -> (int) number;
            case "int64" -> number;
            case "double" -> number + (rules.isEmpty() ? 0.5 : 0);
            case "integer" -> BigInteger.valueOf(number);
            case "decimal" -> rules.isEmpty() ? new BigDecimal("1.10") : BigDecimal.valueOf(number);
            default -> throw new IllegalStateException("no sample for " + shape.describe());
        };
    }

    private static long number(Map<String, Long> rules) {
        long least = rules.getOrDefault(Rules.MIN, Long.MIN_VALUE);
        long most = rules.getOrDefault(Rules.MAX, Long.MAX_VALUE);
        return Math.max(least, Math.min(most, 7));
    }

    private static String text(String name, Map<String, Long> rules) {
        int length = (int) Math.min(name.length(), rules.getOrDefault(Rules.MAX_LENGTH, (long) name.length()));
        return name.substring(0, length);
    }
}
