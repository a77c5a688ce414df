package dev.mneme.memory.context;

import java.math.BigDecimal;
import java.time.Instant;

/**
 * A value of a record's metadata, or one that a filter compares with: text, a number, yes or no, or a point in time.
 *
 * <p>Values of different kinds are never equal. Whole numbers and decimals are one kind and compare exactly, so 5 equals
 * 5.0 to a filter.
 */
public sealed interface MetaValue {

    /** The most characters (UTF-16 units) a text value may have. */
    int MAX_TEXT_LENGTH = 4_096;

    /** What a value is. */
    enum Kind {
        TEXT("text"),
        NUMBER("a number"),
        FLAG("true or false"),
        TIME("a time");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        /** This kind in words, for messages: {@code a number}. */
        @Override
        public String toString() {
            return words;
        }
    }

    Kind kind();

    /** {@code value}, at most {@value #MAX_TEXT_LENGTH} characters. */
    record Text(String value) implements MetaValue {

        /**
         * @throws IllegalArgumentException if the text is too long
         */
        public Text {
            if (value.length() > MAX_TEXT_LENGTH) {
                throw new IllegalArgumentException(
                        "a text value must have at most " + MAX_TEXT_LENGTH + " characters, had " + value.length());
            }
        }

        @Override
        public Kind kind() {
            return Kind.TEXT;
        }
    }

    /** A whole number. */
    record Whole(long value) implements MetaValue {
        @Override
        public Kind kind() {
            return Kind.NUMBER;
        }
    }

    /** A finite decimal number; minus zero is kept as zero. */
    record Decimal(double value) implements MetaValue {

        /**
         * @throws IllegalArgumentException if the value is infinite or no number
         */
        public Decimal {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException("a number must be finite, was " + value);
            }
            value = value + 0.0;
        }

        @Override
        public Kind kind() {
            return Kind.NUMBER;
        }
    }

    /** Yes or no. */
    record Flag(boolean value) implements MetaValue {
        @Override
        public Kind kind() {
            return Kind.FLAG;
        }
    }

    /** A point in time, kept to the millisecond. */
    record Time(Instant value) implements MetaValue {

        /**
         * @throws IllegalArgumentException if the time is further from 1970 than 64 bits of milliseconds reach
         */
        public Time {
            value = Interaction.toMillisecond(value);
        }

        @Override
        public Kind kind() {
            return Kind.TIME;
        }
    }

    static MetaValue of(String value) {
        return new Text(value);
    }

    static MetaValue of(long value) {
        return new Whole(value);
    }

    static MetaValue of(double value) {
        return new Decimal(value);
    }

    static MetaValue of(boolean value) {
        return new Flag(value);
    }

    static MetaValue of(Instant value) {
        return new Time(value);
    }

    /**
     * The order of two numbers, or of two times; other kinds have none.
     *
     * @return below, equal to or above zero, as {@link Comparable#compareTo} says it
     * @throws IllegalArgumentException if the values are not both numbers or both times
     */
    static int compare(MetaValue one, MetaValue other) {
        if (one instanceof Whole a && other instanceof Whole b) {
            return Long.compare(a.value, b.value);
        }
        if (one instanceof Decimal a && other instanceof Decimal b) {
            return Double.compare(a.value, b.value);
        }
        if (one instanceof Time a && other instanceof Time b) {
            return a.value.compareTo(b.value);
        }
        if (one.kind() == Kind.NUMBER && other.kind() == Kind.NUMBER) {
            // a double cannot hold every long, so neither side is cast to the other's type
            return exact(one).compareTo(exact(other));
        }
        throw new IllegalArgumentException(
                "only two numbers or two times have an order, had " + one.kind() + " and " + other.kind());
    }

    /** Whether two values are the same to a filter: of one kind, and equal; 5 is the same as 5.0. */
    static boolean same(MetaValue one, MetaValue other) {
        if (one.kind() == Kind.NUMBER && other.kind() == Kind.NUMBER) {
            return compare(one, other) == 0;
        }
        return one.equals(other);
    }

    private static BigDecimal exact(MetaValue number) {
        return number instanceof Whole whole
                ? BigDecimal.valueOf(whole.value)
                : new BigDecimal(((Decimal) number).value);
    }
}
