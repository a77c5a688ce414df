package dev.mneme.resilience;

import java.time.Duration;

/**
 * What a readiness page shows of a breaker; counts are since its creation and belong to one moment.
 *
 * @param name the breaker's name
 * @param state its state; an open breaker becomes half-open with the first call after its open time, not before
 * @param calls finished calls, of whatever outcome
 * @param successes those that succeeded
 * @param failures those that counted against the target, probes that never returned among them
 * @param failuresInARow failures since the last success
 * @param blocked calls refused, so never made
 * @param staleResults results that came back in a later state than their call began in, and changed nothing
 * @param untilRetry how long an open breaker still refuses every call; else zero
 */
public record BreakerNumbers(
        String name,
        CircuitBreaker.State state,
        long calls,
        long successes,
        long failures,
        int failuresInARow,
        long blocked,
        long staleResults,
        Duration untilRetry) {

    /** Successes among successes and failures, 0 to 1; 1 if there was neither. */
    public double successRate() {
        long decided = successes + failures;
        return decided == 0 ? 1 : (double) successes / decided;
    }
}
