package dev.mneme.servers.qdrant;

import io.qdrant.client.grpc.JsonWithInt.NullValue;
import io.qdrant.client.grpc.JsonWithInt.Value;
import io.qdrant.client.grpc.JsonWithInt.Value.KindCase;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.TemporalAccessor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How Qdrant reads the values of a payload, which it keeps as JSON. */
final class PayloadValues {

    private static final Value NULL =
            Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build();

    /** With or without an offset, with a T or a blank, with or without seconds, or a bare date. */
    private static final DateTimeFormatter MOMENT = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .optionalStart()
            .appendPattern("['T'][' ']")
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .optionalStart()
            .appendPattern("[XXX][XX][X]")
            .optionalEnd()
            .optionalEnd()
            .toFormatter(java.util.Locale.ROOT);

    private PayloadValues() {}

    /**
     * The payload as it is stored: what has no kind is null.
     *
     * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT for a number that JSON does not know
     */
    static Map<String, Value> stored(Map<String, Value> payload) {
        Map<String, Value> stored = new HashMap<>();
        payload.forEach((key, value) -> stored.put(key, stored(value)));
        return stored;
    }

    static boolean isNull(Value value) {
        return value.getKindCase() == KindCase.NULL_VALUE || value.getKindCase() == KindCase.KIND_NOT_SET;
    }

    /** The elements of an array, or the value alone. */
    static List<Value> flat(Value value) {
        return value.hasListValue() ? value.getListValue().getValuesList() : List.of(value);
    }

    /** The moment that a text says, null if it says none. */
    static @Nullable Instant moment(String text) {
        try {
            TemporalAccessor read = MOMENT.parseBest(text, OffsetDateTime::from, LocalDateTime::from, LocalDate::from);
            if (read instanceof OffsetDateTime time) {
                return time.toInstant();
            }
            return read instanceof LocalDateTime time
                    ? time.toInstant(ZoneOffset.UTC)
                    : LocalDate.from(read).atStartOfDay().toInstant(ZoneOffset.UTC);
        } catch (DateTimeException none) {
            return null;
        }
    }

    /** Microseconds since 1970, rounded down, which is what an index keeps of a moment. */
    static long micros(Instant moment) {
        return Math.addExact(Math.multiplyExact(moment.getEpochSecond(), 1_000_000L), moment.getNano() / 1_000);
    }

    private static Value stored(Value value) {
        return switch (value.getKindCase()) {
            case KIND_NOT_SET -> NULL;
            case DOUBLE_VALUE -> {
                if (!Double.isFinite(value.getDoubleValue())) {
                    throw Refusals.invalid("cannot convert to json number");
                }
                yield value;
            }
            case STRUCT_VALUE -> {
                Value.Builder copy = value.toBuilder();
                copy.getStructValueBuilder()
                        .putAllFields(stored(value.getStructValue().getFieldsMap()));
                yield copy.build();
            }
            case LIST_VALUE -> {
                Value.Builder copy = value.toBuilder();
                copy.getListValueBuilder()
                        .clearValues()
                        .addAllValues(value.getListValue().getValuesList().stream()
                                .map(element -> stored(element))
                                .toList());
                yield copy.build();
            }
            default -> value;
        };
    }
}
