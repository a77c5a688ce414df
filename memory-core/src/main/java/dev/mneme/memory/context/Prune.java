package dev.mneme.memory.context;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Which records to remove from an agent's memory: those that satisfy all the conditions. Pinned records never go.
 *
 * <pre>{@code
 * agent.prune(olderThan(ofDays(180)).and(matching(type().is("tool_call").and(success().isFalse()))).dryRun())
 * }</pre>
 *
 * <p>Made to be imported statically. Immutable.
 */
public final class Prune {

    private final Optional<Duration> minAge;
    private final Optional<Filter> filter;
    private final OptionalDouble valueBound;
    private final boolean dryRun;

    private Prune(Optional<Duration> minAge, Optional<Filter> filter, OptionalDouble valueBound, boolean dryRun) {
        this.minAge = minAge;
        this.filter = filter;
        this.valueBound = valueBound;
        this.dryRun = dryRun;
    }

    /**
     * Records whose {@link Interaction#time()} lies longer ago, by the store's clock.
     *
     * @throws IllegalArgumentException if the age is negative
     */
    public static Prune olderThan(Duration age) {
        if (age.isNegative()) {
            throw new IllegalArgumentException("the age must not be negative, was " + age);
        }
        return new Prune(Optional.of(age), Optional.empty(), OptionalDouble.empty(), false);
    }

    /** Records that a filter lets through, such as those of a type or those that failed. */
    public static Prune matching(Filter filter) {
        return new Prune(Optional.empty(), Optional.of(filter), OptionalDouble.empty(), false);
    }

    /**
     * Records of a lower value, by the formula and half-life of the store's {@linkplain Limits#halfLife limits}.
     *
     * @param value above 0; no record is worth more than 2/3
     * @throws IllegalArgumentException if the value is not above 0 and at most 1
     */
    public static Prune valuedBelow(double value) {
        if (!(value > 0 && value <= 1)) {
            throw new IllegalArgumentException("the value must be above 0 and at most 1, was " + value);
        }
        return new Prune(Optional.empty(), Optional.empty(), OptionalDouble.of(value), false);
    }

    /** Records that satisfy both; a dry run if either is. */
    public Prune and(Prune other) {
        Optional<Duration> older =
                minAge.isPresent() && (other.minAge.isEmpty() || minAge.get().compareTo(other.minAge.get()) > 0)
                        ? minAge
                        : other.minAge;
        Optional<Filter> both = filter.isPresent() && other.filter.isPresent()
                ? Optional.of(filter.get().and(other.filter.get()))
                : filter.or(() -> other.filter);
        OptionalDouble lower = valueBound.isPresent()
                        && (other.valueBound.isEmpty() || valueBound.getAsDouble() < other.valueBound.getAsDouble())
                ? valueBound
                : other.valueBound;
        return new Prune(older, both, lower, dryRun || other.dryRun);
    }

    /** Says for the reader what always holds: pinned records stay. */
    public Prune unlessPinned() {
        return this;
    }

    /** Removes nothing, and reports what would have been removed: the same selection by the same code. */
    public Prune dryRun() {
        return new Prune(minAge, filter, valueBound, true);
    }

    /** The age that a record must be above. */
    public Optional<Duration> minAge() {
        return minAge;
    }

    public Optional<Filter> filter() {
        return filter;
    }

    /** The value that a record must be below. */
    public OptionalDouble valueBound() {
        return valueBound;
    }

    public boolean isDryRun() {
        return dryRun;
    }
}
