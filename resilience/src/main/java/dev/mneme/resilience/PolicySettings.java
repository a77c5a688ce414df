package dev.mneme.resilience;

import java.time.Duration;
import java.util.Optional;

/**
 * What a {@link Policy} is made of.
 *
 * @param breaker the target's breaker; not used if a breaker of that name exists already
 * @param retry the retries of a call
 * @param budget the retries of all calls together
 * @param attemptTimeout how long one attempt may take; more than zero
 * @param deadline how long a call may take with its waits and retries; a smaller one of the caller wins
 * @param bulkhead the limit of concurrent calls, if there is one
 * @param rateLimit what admits calls before anything else is done for them
 */
public record PolicySettings(
        BreakerSettings breaker,
        RetrySettings retry,
        RetryBudget budget,
        Duration attemptTimeout,
        Optional<Duration> deadline,
        Optional<BulkheadSettings> bulkhead,
        Admission rateLimit) {

    /**
     * @throws IllegalArgumentException if a setting is out of its range, or the breaker's probe lease is shorter than an
     *     attempt may take
     */
    public PolicySettings {
        Rules.positive("attemptTimeout", attemptTimeout);
        deadline.ifPresent(time -> Rules.positive("deadline", time));
        Rules.atLeast("probeLease", breaker.probeLease(), "attemptTimeout", attemptTimeout);
    }

    /** Default breaker and budget, a probe lease of one and a half attempts; no deadline, bulkhead or rate limit. */
    public static PolicySettings of(RetrySettings retry, Duration attemptTimeout) {
        Rules.positive("attemptTimeout", attemptTimeout);
        return new PolicySettings(
                leasedFor(BreakerSettings.defaults(), attemptTimeout),
                retry,
                RetryBudget.defaults(),
                attemptTimeout,
                Optional.empty(),
                Optional.empty(),
                Admission.always());
    }

    public PolicySettings withBreaker(BreakerSettings breaker) {
        return new PolicySettings(breaker, retry, budget, attemptTimeout, deadline, bulkhead, rateLimit);
    }

    public PolicySettings withRetry(RetrySettings retry) {
        return new PolicySettings(breaker, retry, budget, attemptTimeout, deadline, bulkhead, rateLimit);
    }

    public PolicySettings withBudget(RetryBudget budget) {
        return new PolicySettings(breaker, retry, budget, attemptTimeout, deadline, bulkhead, rateLimit);
    }

    /** The same with another attempt timeout; a probe lease that is shorter than it becomes one and a half times as long. */
    public PolicySettings withAttemptTimeout(Duration attemptTimeout) {
        Rules.positive("attemptTimeout", attemptTimeout);
        BreakerSettings fitting =
                breaker.probeLease().compareTo(attemptTimeout) < 0 ? leasedFor(breaker, attemptTimeout) : breaker;
        return new PolicySettings(fitting, retry, budget, attemptTimeout, deadline, bulkhead, rateLimit);
    }

    public PolicySettings withDeadline(Duration deadline) {
        return new PolicySettings(breaker, retry, budget, attemptTimeout, Optional.of(deadline), bulkhead, rateLimit);
    }

    public PolicySettings withBulkhead(BulkheadSettings bulkhead) {
        return new PolicySettings(breaker, retry, budget, attemptTimeout, deadline, Optional.of(bulkhead), rateLimit);
    }

    public PolicySettings withRateLimit(Admission rateLimit) {
        return new PolicySettings(breaker, retry, budget, attemptTimeout, deadline, bulkhead, rateLimit);
    }

    private static BreakerSettings leasedFor(BreakerSettings breaker, Duration attemptTimeout) {
        return breaker.withProbeLease(attemptTimeout.plus(attemptTimeout.dividedBy(2)));
    }
}
