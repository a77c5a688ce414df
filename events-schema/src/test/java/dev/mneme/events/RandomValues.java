package dev.mneme.events;

import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Values for any record that can be an event, within the rules that its constructor states. */
final class RandomValues {

    private static final long EARLIEST = 0;
    private static final long LATEST = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

    private static final ClassValue<RecordShape> SHAPES = new ClassValue<>() {
        @Override
        protected RecordShape computeValue(Class<?> type) {
            return Shapes.of(type);
        }
    };

    private final Random random;

    RandomValues(Random random) {
        this.random = random;
    }

    /** An envelope of the record, with whatever parts chance gives it. */
    Envelope<Event> envelope(Class<? extends Event> type) {
        Envelope<Event> envelope = Envelope.of(event(type))
                .id(new UUID(random.nextLong(), random.nextLong()))
                .time(Instant.ofEpochSecond(
                        Math.floorMod(random.nextLong(), 1_700_000_000L), random.nextInt(1_000_000_000)))
                .source("/" + random.nextInt(100))
                .priority(pick(Priority.values()));
        envelope = random.nextBoolean()
                ? envelope.tenant(Tenant.of(filled(20)))
                : envelope.session(new SessionKey(Tenant.of(filled(20)), filled(20)));
        if (random.nextBoolean()) {
            envelope = envelope.key(filled(50)).correlationId(filled(50));
        }
        if (random.nextBoolean()) {
            envelope = envelope.traceId(String.format("%032x", new BigInteger(120, random).add(BigInteger.ONE)));
        }
        if (random.nextBoolean()) {
            envelope = envelope.causationId(filled(36))
                    .header("h" + random.nextInt(9), text(40))
                    .header("x", text(9));
        }
        return envelope;
    }

    Event event(Class<? extends Event> type) {
        return (Event) record(SHAPES.get(type));
    }

    private Object record(RecordShape shape) {
        return shape.construct(shape.fields().stream().map(this::field).toArray());
    }

    private @Nullable Object field(FieldShape field) {
        return !field.required() && random.nextInt(3) == 0 ? null : value(field.value(), field.rules());
    }

    private Object value(ValueShape shape, Map<String, Long> rules) {
        if (shape instanceof RecordShape record) {
            return record(record);
        }
        if (shape instanceof EnumShape constants) {
            return shape.fromTree(pick(constants.names().toArray(new String[0])));
        }
        int size = (int) Math.min(random.nextInt(4), rules.getOrDefault(Rules.MAX_SIZE, 4L));
        if (shape instanceof ListShape list) {
            var values = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                values.add(value(list.element(), Map.of()));
            }
            return List.copyOf(values);
        }
        if (shape instanceof MapShape map) {
            var values = new LinkedHashMap<String, Object>();
            for (int i = 0; i < size; i++) {
                values.put(text(10), value(map.value(), Map.of()));
            }
            return values;
        }
        long least = rules.getOrDefault(Rules.MIN, Long.MIN_VALUE);
        long most = rules.getOrDefault(Rules.MAX, Long.MAX_VALUE);
        return switch (shape.describe()) {
            case "string" ->
                rules.containsKey(Rules.NOT_BLANK)
                        ? filled((int) (long) rules.getOrDefault(Rules.MAX_LENGTH, 60L))
                        : text((int) (long) rules.getOrDefault(Rules.MAX_LENGTH, 60L));
            case "uuid" -> new UUID(random.nextLong(), random.nextLong());
            case "instant" ->
                Instant.ofEpochSecond(
                        EARLIEST + Math.floorMod(random.nextLong(), LATEST), random.nextInt(1_000_000_000));
            case "duration" -> Duration.ofNanos(random.nextLong());
            case "date" -> LocalDate.ofEpochDay(random.nextInt(2_000_000) - 700_000);
            case "boolean" -> random.nextBoolean();
            case "int32" -> (int) whole(Math.max(least, Integer.MIN_VALUE), Math.min(most, Integer.MAX_VALUE));
            case "int64" -> whole(least, most);
            case "double" -> floating(least, most);
            case "integer" -> new BigInteger(random.nextInt(200), random).negate();
            case "decimal" ->
                rules.isEmpty()
                        ? new BigDecimal(new BigInteger(random.nextInt(120), random), random.nextInt(60) - 20)
                        : BigDecimal.valueOf(whole(Math.max(least, -1000), Math.min(most, 1_000_000)));
            default -> throw new IllegalStateException(shape.describe());
        };
    }

    private long whole(long least, long most) {
        return switch (random.nextInt(4)) {
            case 0 -> least;
            case 1 -> most;
            default -> {
                long value = random.nextLong() >> random.nextInt(63);
                yield Math.max(least, Math.min(most, value));
            }
        };
    }

    private double floating(long least, long most) {
        double value = random.nextBoolean() ? Double.longBitsToDouble(random.nextLong()) : random.nextInt(1000) / 10.0;
        value = Double.isFinite(value) ? value : -0.0;
        return Math.max(least, Math.min(most, value));
    }

    private String filled(int max) {
        String text = text(max - 1).strip();
        return text.isBlank() ? "é" : text;
    }

    /** Letters, what JSON must escape, and characters of two, three and four bytes. */
    private String text(int max) {
        var text = new StringBuilder();
        int length = random.nextInt(Math.min(max, 60) + 1);
        while (text.length() < length) {
            int point = switch (random.nextInt(6)) {
                case 0 -> random.nextInt(0x20);
                case 1 -> "\"\\/\u007f\u2028\u2029".codePointAt(random.nextInt(6));
                case 2 -> 0x400 + random.nextInt(0x50);
                case 3 -> text.length() + 2 <= length ? 0x1F300 + random.nextInt(200) : 'z';
                default -> 'a' + random.nextInt(26);
            };
            text.appendCodePoint(point);
        }
        return text.toString();
    }

    <T> T pick(T[] values) {
        return values[random.nextInt(values.length)];
    }
}
