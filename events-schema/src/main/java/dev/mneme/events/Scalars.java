package dev.mneme.events;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** The types that are one JSON value each. Nothing is converted: a number is no text, 1.7 and "1" are no integer. */
final class Scalars {

    private static final int INT = 32;
    private static final int LONG = 64;

    private static final Map<Class<?>, ValueShape> BY_CLASS = Map.ofEntries(
            Map.entry(String.class, new Text<>("string", String.class, text -> text, text -> text)),
            Map.entry(UUID.class, new Text<>("uuid", UUID.class, Scalars::uuid, UUID::toString)),
            Map.entry(Instant.class, new Text<>("instant", Instant.class, Timestamps::parse, Timestamps::format)),
            Map.entry(Duration.class, new Text<>("duration", Duration.class, Duration::parse, Duration::toString)),
            Map.entry(LocalDate.class, new Text<>("date", LocalDate.class, LocalDate::parse, LocalDate::toString)),
            Map.entry(boolean.class, new Bool()),
            Map.entry(Boolean.class, new Bool()),
            Map.entry(int.class, new Whole(INT)),
            Map.entry(Integer.class, new Whole(INT)),
            Map.entry(long.class, new Whole(LONG)),
            Map.entry(Long.class, new Whole(LONG)),
            Map.entry(double.class, new Floating()),
            Map.entry(Double.class, new Floating()),
            Map.entry(BigInteger.class, new BigWhole()),
            Map.entry(BigDecimal.class, new Decimal()));

    private Scalars() {}

    static @Nullable ValueShape of(Class<?> type) {
        return BY_CLASS.get(type);
    }

    /** In its full form of 36 characters only; {@link UUID#fromString} takes shorter ones. */
    static UUID uuid(String text) {
        UUID uuid = UUID.fromString(text);
        if (text.length() != 36) {
            throw new IllegalArgumentException("a UUID must have 36 characters, had " + text.length());
        }
        return uuid;
    }

    private static final class Text<T> extends ValueShape {

        private final String name;
        private final Class<T> type;
        private final Function<String, T> parse;
        private final Function<T, String> format;

        Text(String name, Class<T> type, Function<String, T> parse, Function<T, String> format) {
            this.name = name;
            this.type = type;
            this.parse = parse;
            this.format = format;
        }

        @Override
        String describe() {
            return name;
        }

        @Override
        Object read(JsonParser json) {
            if (json.currentToken() != JsonToken.VALUE_STRING) {
                throw bad();
            }
            return parsed(json.getString());
        }

        @Override
        Object fromTree(Object node) {
            if (node instanceof String text) {
                return parsed(text);
            }
            throw bad();
        }

        @Override
        void write(JsonGenerator json, Object value) {
            json.writeString(format.apply(type.cast(value)));
        }

        private Object parsed(String text) {
            try {
                return parse.apply(text);
            } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
                throw bad();
            }
        }

        private BadValue bad() {
            return new BadValue("must be a text of kind " + name);
        }
    }

    private static final class Bool extends ValueShape {

        @Override
        String describe() {
            return "boolean";
        }

        @Override
        Object read(JsonParser json) {
            JsonToken token = json.currentToken();
            if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
                throw new BadValue("must be true or false");
            }
            return token == JsonToken.VALUE_TRUE;
        }

        @Override
        Object fromTree(Object node) {
            if (node instanceof Boolean) {
                return node;
            }
            throw new BadValue("must be true or false");
        }

        @Override
        void write(JsonGenerator json, Object value) {
            json.writeBoolean((Boolean) value);
        }
    }

    private static final class Whole extends ValueShape {

        private final int bits;

        Whole(int bits) {
            this.bits = bits;
        }

        @Override
        String describe() {
            return "int" + bits;
        }

        @Override
        Object read(JsonParser json) {
            if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
                throw bad();
            }
            JsonParser.NumberType type = json.getNumberType();
            if (type == JsonParser.NumberType.INT) {
                int number = json.getIntValue();
                return bits == INT ? (Object) number : (Object) (long) number;
            }
            if (type == JsonParser.NumberType.LONG && bits == LONG) {
                return json.getLongValue();
            }
            throw bad();
        }

        @Override
        Object fromTree(Object node) {
            if (node instanceof Long number) {
                if (bits == LONG) {
                    return number;
                }
                if (number == number.intValue()) {
                    return number.intValue();
                }
            }
            throw bad();
        }

        @Override
        void write(JsonGenerator json, Object value) {
            if (bits == INT) {
                json.writeNumber((int) (Integer) value);
            } else {
                json.writeNumber((long) (Long) value);
            }
        }

        private BadValue bad() {
            return new BadValue("must be a whole number of " + bits + " bits");
        }
    }

    private static final class Floating extends ValueShape {

        @Override
        String describe() {
            return "double";
        }

        @Override
        Object read(JsonParser json) {
            JsonToken token = json.currentToken();
            if (token != JsonToken.VALUE_NUMBER_FLOAT && token != JsonToken.VALUE_NUMBER_INT) {
                throw new BadValue("must be a number");
            }
            return finite(json.getDoubleValue());
        }

        @Override
        Object fromTree(Object node) {
            if (node instanceof Number number) {
                return finite(number.doubleValue());
            }
            throw new BadValue("must be a number");
        }

        @Override
        void write(JsonGenerator json, Object value) {
            json.writeNumber((double) finite((Double) value));
        }

        private static Double finite(double number) {
            if (!Double.isFinite(number)) {
                throw new BadValue("must be a finite number");
            }
            return number;
        }
    }

    private static final class BigWhole extends ValueShape {

        @Override
        String describe() {
            return "integer";
        }

        @Override
        Object read(JsonParser json) {
            if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
                throw new BadValue("must be a whole number");
            }
            return json.getBigIntegerValue();
        }

        @Override
        Object fromTree(Object node) {
            if (node instanceof Long number) {
                return BigInteger.valueOf(number);
            }
            if (node instanceof BigInteger) {
                return node;
            }
            throw new BadValue("must be a whole number");
        }

        @Override
        void write(JsonGenerator json, Object value) {
            json.writeNumber((BigInteger) value);
        }
    }

    private static final class Decimal extends ValueShape {

        @Override
        String describe() {
            return "decimal";
        }

        @Override
        Object read(JsonParser json) {
            JsonToken token = json.currentToken();
            if (token != JsonToken.VALUE_NUMBER_FLOAT && token != JsonToken.VALUE_NUMBER_INT) {
                throw new BadValue("must be a number");
            }
            return json.getDecimalValue();
        }

        @Override
        Object fromTree(Object node) {
            if (node instanceof BigDecimal) {
                return node;
            }
            if (node instanceof Long || node instanceof BigInteger) {
                return new BigDecimal(node.toString());
            }
            throw new BadValue("must be a number");
        }

        @Override
        void write(JsonGenerator json, Object value) {
            json.writeNumber((BigDecimal) value);
        }
    }
}
