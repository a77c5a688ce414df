package dev.mneme.servers.qdrant;

import com.google.protobuf.Timestamp;
import io.qdrant.client.grpc.Common.DatetimeRange;
import io.qdrant.client.grpc.Common.Range;
import io.qdrant.client.grpc.JsonWithInt.Value;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The ends of a range of numbers or moments, null where there is none. */
record Bounds<T extends Comparable<T>>(
        @Nullable T above,
        @Nullable T from,
        @Nullable T below,
        @Nullable T to,
        Function<Value, @Nullable T> reading) {

    /**
     * Numbers. Without an index Qdrant compares as double, so that large integers run together; an index of integers
     * compares them exactly.
     */
    static Bounds<BigDecimal> of(Range range, boolean exact) {
        return new Bounds<>(
                range.hasGt() ? number(range.getGt()) : null,
                range.hasGte() ? number(range.getGte()) : null,
                range.hasLt() ? number(range.getLt()) : null,
                range.hasLte() ? number(range.getLte()) : null,
                value -> {
                    if (value.hasIntegerValue()) {
                        return exact
                                ? BigDecimal.valueOf(value.getIntegerValue())
                                : new BigDecimal((double) value.getIntegerValue());
                    }
                    return value.hasDoubleValue() ? new BigDecimal(value.getDoubleValue()) : null;
                });
    }

    /** Moments, which are texts in a payload. An index of moments knows microseconds only. */
    static Bounds<Instant> of(DatetimeRange range, boolean micros) {
        return new Bounds<>(
                range.hasGt() ? moment(range.getGt(), micros) : null,
                range.hasGte() ? moment(range.getGte(), micros) : null,
                range.hasLt() ? moment(range.getLt(), micros) : null,
                range.hasLte() ? moment(range.getLte(), micros) : null,
                value -> {
                    Instant moment = value.hasStringValue() ? PayloadValues.moment(value.getStringValue()) : null;
                    return moment == null || !micros ? moment : moment.truncatedTo(ChronoUnit.MICROS);
                });
    }

    boolean contain(Value value) {
        T found = reading.apply(value);
        return found != null
                && (above == null || found.compareTo(above) > 0)
                && (from == null || found.compareTo(from) >= 0)
                && (below == null || found.compareTo(below) < 0)
                && (to == null || found.compareTo(to) <= 0);
    }

    private static BigDecimal number(double bound) {
        if (Double.isNaN(bound)) {
            throw Refusals.invalid("a range must have numbers as bounds");
        }
        double finite = Double.isInfinite(bound) ? Math.copySign(Double.MAX_VALUE, bound) : bound;
        return new BigDecimal(finite);
    }

    private static Instant moment(Timestamp bound, boolean micros) {
        Instant moment = Instant.ofEpochSecond(bound.getSeconds(), bound.getNanos());
        return micros ? moment.truncatedTo(ChronoUnit.MICROS) : moment;
    }
}
