package dev.mneme.memory.qdrant;

import dev.mneme.memory.context.Filter.Range.Bound;
import dev.mneme.memory.context.MetaValue;
import io.qdrant.client.grpc.Common.Condition;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Common.Range;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A number as the server can compare it to the last digit: the nearest double, and what is left. The server orders by
 * doubles, which do not hold every whole number; but rounding keeps the order, so two numbers compare as their doubles do,
 * and by what is left where these are equal.
 *
 * @param value the nearest double
 * @param rest the number less {@code value}; 0 unless it is a whole number beyond 2^53
 */
record SplitNumber(double value, double rest) {

    /** From here on not every whole number is a double. */
    private static final double ROUNDED_FROM = 0x1p53;

    static SplitNumber of(MetaValue number) {
        if (number instanceof MetaValue.Whole whole) {
            return of(whole.value());
        }
        if (number instanceof MetaValue.Time time) {
            return of(time.value().toEpochMilli());
        }
        return new SplitNumber(((MetaValue.Decimal) number).value(), 0);
    }

    static SplitNumber of(long number) {
        double nearest = number;
        double rest = Math.abs(nearest) < ROUNDED_FROM
                ? 0
                : BigDecimal.valueOf(number).subtract(new BigDecimal(nearest)).doubleValue();
        return new SplitNumber(nearest, rest);
    }

    /** Whether the rest must be looked at beside the value. */
    boolean isRounded() {
        return Math.abs(value) >= ROUNDED_FROM;
    }

    /** Whether a field lies between the bounds. */
    static Condition between(String field, @Nullable String restField, Optional<Bound> lower, Optional<Bound> upper) {
        List<Condition> both = new ArrayList<>();
        lower.ifPresent(bound -> both.add(of(bound.value()).isBelow(field, restField, bound.inclusive())));
        upper.ifPresent(bound -> both.add(of(bound.value()).isAbove(field, restField, bound.inclusive())));
        return Conditions.all(both);
    }

    /** Whether this is the lower bound of what a field holds. */
    private Condition isBelow(String field, @Nullable String restField, boolean inclusive) {
        Range above = Range.newBuilder().setGt(value).build();
        Range aboveOrAt = Range.newBuilder().setGte(value).build();
        if (restField == null || !isRounded()) {
            // a field without rests holds small numbers, so that 0 is the rest of each
            boolean at = rest < 0 || (rest == 0 && inclusive);
            return Conditions.range(field, at ? aboveOrAt : above);
        }
        Range rests = inclusive
                ? Range.newBuilder().setGte(rest).build()
                : Range.newBuilder().setGt(rest).build();
        return Conditions.any(List.of(Conditions.range(field, above), atValue(field, restField, rests)));
    }

    /** Whether this is the upper bound of what a field holds. */
    Condition isAbove(String field, @Nullable String restField, boolean inclusive) {
        Range below = Range.newBuilder().setLt(value).build();
        Range belowOrAt = Range.newBuilder().setLte(value).build();
        if (restField == null || !isRounded()) {
            boolean at = rest > 0 || (rest == 0 && inclusive);
            return Conditions.range(field, at ? belowOrAt : below);
        }
        Range rests = inclusive
                ? Range.newBuilder().setLte(rest).build()
                : Range.newBuilder().setLt(rest).build();
        return Conditions.any(List.of(Conditions.range(field, below), atValue(field, restField, rests)));
    }

    private Condition atValue(String field, String restField, Range rests) {
        Range at = Range.newBuilder().setGte(value).setLte(value).build();
        return Conditions.of(Filter.newBuilder()
                .addMust(Conditions.range(field, at))
                .addMust(Conditions.range(restField, rests))
                .build());
    }
}
