package dev.mneme.memory.context;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * How many records an agent may have, and what becomes of the rest.
 *
 * <p>An add that leaves an agent with more than {@link #maxRecords()} also evicts: down to the low-water mark, or as far as
 * there are records that are not pinned. It does so before it returns, so that an agent never has more than one batch over
 * its limit, and nothing has to run in the background. The policy looks at all records alike, those just added too.
 *
 * <p>Immutable. Each of the methods that take a value returns a copy with that part changed.
 */
public final class Limits {

    /** A record loses half of its value in so many days without use, unless said otherwise. */
    public static final Duration DEFAULT_HALF_LIFE = Duration.ofDays(30);

    /** The most levels of {@link #alertAt(double...)}. */
    public static final int MAX_LEVELS = 16;

    /** An alert clears when the fill is this far below its level, or lower. */
    public static final double HYSTERESIS = 0.10;

    private static final Limits NONE =
            new Limits(0, 0.9, EvictionPolicy.OLDEST, DEFAULT_HALF_LIFE, List.of(0.80, 0.95));

    private final int maxRecords;
    private final double lowWater;
    private final EvictionPolicy policy;
    private final Duration halfLife;
    private final List<Double> alertLevels;

    private Limits(int maxRecords, double lowWater, EvictionPolicy policy, Duration halfLife, List<Double> levels) {
        this.maxRecords = maxRecords;
        this.lowWater = lowWater;
        this.policy = policy;
        this.halfLife = halfLife;
        this.alertLevels = levels;
    }

    /** No limit: what a store has unless it was given another. */
    public static Limits none() {
        return NONE;
    }

    /**
     * At most so many records for each agent; the {@linkplain EvictionPolicy#OLDEST oldest} go, down to 0.9 of them, with
     * alerts at 0.8 and 0.95, unless said otherwise.
     *
     * @throws IllegalArgumentException if the number is below 1
     */
    public static Limits perAgent(int maxRecords) {
        if (maxRecords < 1) {
            throw new IllegalArgumentException("maxRecords must be at least 1, was " + maxRecords);
        }
        return new Limits(maxRecords, NONE.lowWater, NONE.policy, NONE.halfLife, NONE.alertLevels);
    }

    /**
     * What share of the limit an eviction leaves, rounded down to whole records but never to none; 0.9 by default. The lower
     * it is, the more adds go by between two evictions, and the more one removes at once.
     *
     * @throws IllegalArgumentException if the share is not above 0 and at most 1
     */
    public Limits lowWater(double share) {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("lowWater must be above 0 and at most 1, was " + share);
        }
        return new Limits(maxRecords, share, policy, halfLife, alertLevels);
    }

    /** Which records go first; {@link EvictionPolicy#OLDEST} by default. */
    public Limits evict(EvictionPolicy policy) {
        return new Limits(maxRecords, lowWater, policy, halfLife, alertLevels);
    }

    /**
     * In what time an unused record loses half of its value; 30 days by default. The value, from 0 to 2/3, is
     * {@code importance * 0.5 ^ (idle / halfLife) * outcome}. {@code importance} is the record's, from 0 to 1. {@code idle} is
     * the time since the last search that returned it, or since its own time if that is later or there was none; where it
     * lies ahead, it is 0. {@code outcome} is what the one outcome known lets expect of the next, by Laplace's rule of
     * succession (1814): 2/3 after a success, 1/3 after a failure, 1/2 if it is unknown. To let memories fade from their last
     * use, not from their making, follows Park et al., "Generative Agents" (2023), which adds up where this multiplies.
     *
     * <p>Uses are noted if the policy needs them; where it is {@link EvictionPolicy#OLDEST}, or there is no limit, values
     * count from the time of the record.
     *
     * @throws IllegalArgumentException if the duration is not above zero
     */
    public Limits halfLife(Duration halfLife) {
        if (halfLife.isZero() || halfLife.isNegative()) {
            throw new IllegalArgumentException("halfLife must be above zero, was " + halfLife);
        }
        return new Limits(maxRecords, lowWater, policy, halfLife, alertLevels);
    }

    /**
     * At which shares of the limit the store's listener is told; 0.8 and 0.95 by default, none if none is given. Each level
     * fires once when an agent reaches it, and again only after the agent fell {@value #HYSTERESIS} below it.
     *
     * @throws IllegalArgumentException if a level is not above 0 and at most 1, or there are more than {@value #MAX_LEVELS}
     */
    public Limits alertAt(double... levels) {
        if (levels.length > MAX_LEVELS) {
            throw new IllegalArgumentException(
                    "alerts must have at most " + MAX_LEVELS + " levels, had " + levels.length);
        }
        for (double level : levels) {
            if (!(level > 0 && level <= 1)) {
                throw new IllegalArgumentException("an alert level must be above 0 and at most 1, was " + level);
            }
        }
        List<Double> sorted = Arrays.stream(levels).sorted().distinct().boxed().toList();
        return new Limits(maxRecords, lowWater, policy, halfLife, sorted);
    }

    /** Empty if there is no limit. */
    public OptionalInt maxRecords() {
        return maxRecords == 0 ? OptionalInt.empty() : OptionalInt.of(maxRecords);
    }

    public double lowWater() {
        return lowWater;
    }

    public EvictionPolicy policy() {
        return policy;
    }

    public Duration halfLife() {
        return halfLife;
    }

    /** Ascending, each once. */
    public List<Double> alertLevels() {
        return alertLevels;
    }
}
