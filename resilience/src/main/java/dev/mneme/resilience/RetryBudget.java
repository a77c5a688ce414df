package dev.mneme.resilience;

/**
 * How much a target's retries may add to its load, all callers together.
 *
 * <p>Each call earns {@code ratio} of a retry, saved up to {@code burst}; each retry spends one. When nothing is saved,
 * calls fail with their real error instead of being repeated, so in an outage a target gets at most {@code 1 + ratio}
 * times the calls, after the burst.
 *
 * @param ratio retries earned by a call, in steps of 0.001; 0 to 1
 * @param burst the most retries saved, which is also what a new budget starts with; 0 to 1,000,000
 */
public record RetryBudget(double ratio, int burst) {

    /**
     * @throws IllegalArgumentException if a setting is out of its range
     */
    public RetryBudget {
        Rules.between("ratio", ratio, 0.0, 1.0);
        Rules.between("burst", burst, 0, 1_000_000);
    }

    /** One retry for ten calls, ten saved. */
    public static RetryBudget defaults() {
        return new RetryBudget(0.1, 10);
    }
}
