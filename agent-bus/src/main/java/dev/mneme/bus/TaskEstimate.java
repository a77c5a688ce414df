package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.time.Duration;

/**
 * What one task may take.
 *
 * @param time how long its handler may run
 * @param cost in the host's currency
 */
public record TaskEstimate(Duration time, BigDecimal cost) {

    /**
     * @throws IllegalArgumentException if one is negative, or the time more than a year
     */
    public TaskEstimate {
        Limits.notNegative("time", time);
        requireNonNull(cost, "cost");
        if (cost.signum() < 0) {
            throw new IllegalArgumentException("cost must be at least 0, was " + cost);
        }
    }

    public static TaskEstimate of(Duration time) {
        return new TaskEstimate(time, BigDecimal.ZERO);
    }

    public static TaskEstimate of(Duration time, BigDecimal cost) {
        return new TaskEstimate(time, cost);
    }
}
