package dev.mneme.memory.context;

import dev.mneme.memory.context.Filter.Range.Bound;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.LongStream;

/**
 * Where a {@link Filter} starts; made to be imported statically.
 *
 * <pre>{@code
 * type().in("tool_call", "message").and(success().isTrue()).and(time().after(monthAgo)).and(meta("tool").is("payments"))
 * }</pre>
 *
 * <p>The typed fields make most wrong comparisons impossible to write; {@link #meta} and {@link #field} take any value
 * and check it when the filter is made.
 */
public final class Fields {

    private Fields() {}

    public static TextField type() {
        return new TextField(new Field("type"));
    }

    /** Whether it went well; an unknown outcome is neither true nor false, and does not {@code exist}. */
    public static FlagField success() {
        return new FlagField(new Field("success"));
    }

    public static TimeField time() {
        return new TimeField(new Field("time"));
    }

    public static TextField session() {
        return new TextField(new Field("session"));
    }

    public static TextField speaker() {
        return new TextField(new Field("speaker"));
    }

    public static NumberField position() {
        return new NumberField(new Field("position"));
    }

    public static NumberField importance() {
        return new NumberField(new Field("importance"));
    }

    public static FlagField pinned() {
        return new FlagField(new Field("pinned"));
    }

    /** The metadata under a key. */
    public static AnyField meta(String key) {
        return new AnyField(new Field(Field.META + key));
    }

    /**
     * A field by its name as text, for filters that come from a configuration or a model's tool call.
     *
     * @throws IllegalArgumentException if there is no such field
     */
    public static AnyField field(String name) {
        return new AnyField(new Field(name));
    }

    /** A field of text. */
    public record TextField(Field field) {
        public Filter is(String value) {
            return new Filter.Equals(field, MetaValue.of(value));
        }

        public Filter in(String... values) {
            return Fields.in(field, Arrays.asList(values), MetaValue::of);
        }

        public Filter exists() {
            return new Filter.Exists(field);
        }
    }

    /** A field of yes or no. */
    public record FlagField(Field field) {
        public Filter isTrue() {
            return new Filter.Equals(field, MetaValue.of(true));
        }

        public Filter isFalse() {
            return new Filter.Equals(field, MetaValue.of(false));
        }

        public Filter exists() {
            return new Filter.Exists(field);
        }
    }

    /** A field of numbers. */
    public record NumberField(Field field) {
        public Filter is(double value) {
            return new Filter.Equals(field, MetaValue.of(value));
        }

        public Filter atLeast(double value) {
            return range(field, bound(value, true), Optional.empty());
        }

        public Filter atMost(double value) {
            return range(field, Optional.empty(), bound(value, true));
        }

        public Filter exists() {
            return new Filter.Exists(field);
        }
    }

    /** A field of times; what it is compared with is kept to the millisecond, as times are. */
    public record TimeField(Field field) {
        /** Later than the given time. */
        public Filter after(Instant time) {
            return range(field, bound(time, false), Optional.empty());
        }

        /** Earlier than the given time. */
        public Filter before(Instant time) {
            return range(field, Optional.empty(), bound(time, false));
        }

        /** From the first time on, and before the second. */
        public Filter between(Instant from, Instant before) {
            return range(field, bound(from, true), bound(before, false));
        }
    }

    /** A field of any kind: a metadata key, or a field named by text. */
    public record AnyField(Field field) {
        public Filter is(String value) {
            return new Filter.Equals(field, MetaValue.of(value));
        }

        public Filter is(long value) {
            return new Filter.Equals(field, MetaValue.of(value));
        }

        public Filter is(double value) {
            return new Filter.Equals(field, MetaValue.of(value));
        }

        public Filter is(boolean value) {
            return new Filter.Equals(field, MetaValue.of(value));
        }

        public Filter is(Instant value) {
            return new Filter.Equals(field, MetaValue.of(value));
        }

        public Filter in(String... values) {
            return Fields.in(field, Arrays.asList(values), MetaValue::of);
        }

        public Filter in(long... values) {
            return Fields.in(field, LongStream.of(values).boxed().toList(), MetaValue::of);
        }

        /** One of the values, of any one kind. */
        public Filter in(List<MetaValue> values) {
            return new Filter.In(field, values);
        }

        public Filter atLeast(long value) {
            return range(field, bound(MetaValue.of(value), true), Optional.empty());
        }

        public Filter atLeast(double value) {
            return range(field, bound(value, true), Optional.empty());
        }

        public Filter atMost(long value) {
            return range(field, Optional.empty(), bound(MetaValue.of(value), true));
        }

        public Filter atMost(double value) {
            return range(field, Optional.empty(), bound(value, true));
        }

        /** Later than the given time. */
        public Filter after(Instant time) {
            return range(field, bound(time, false), Optional.empty());
        }

        /** Earlier than the given time. */
        public Filter before(Instant time) {
            return range(field, Optional.empty(), bound(time, false));
        }

        public Filter exists() {
            return new Filter.Exists(field);
        }
    }

    private static <T> Filter in(Field field, List<T> values, Function<T, MetaValue> toValue) {
        return new Filter.In(field, values.stream().map(toValue).toList());
    }

    private static Filter range(Field field, Optional<Bound> lower, Optional<Bound> upper) {
        return new Filter.Range(field, lower, upper);
    }

    private static Optional<Bound> bound(double value, boolean inclusive) {
        return bound(MetaValue.of(value), inclusive);
    }

    private static Optional<Bound> bound(Instant value, boolean inclusive) {
        return bound(MetaValue.of(value), inclusive);
    }

    private static Optional<Bound> bound(MetaValue value, boolean inclusive) {
        return Optional.of(new Bound(value, inclusive));
    }
}
