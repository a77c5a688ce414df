package dev.mneme.examples.outage;

import dev.mneme.resilience.Policy;
import dev.mneme.resilience.PolicyNumbers;

/** A policy's numbers at one moment. */
record Count(long upstream, long retries, long held, long blocked) {

    static Count of(Policy policy) {
        PolicyNumbers numbers = policy.numbers();
        return new Count(
                numbers.attempts(),
                numbers.retry().retries(),
                numbers.retry().budgetEmpty(),
                policy.breaker().numbers().blocked());
    }

    Count since(Count before) {
        return new Count(
                upstream - before.upstream, retries - before.retries, held - before.held, blocked - before.blocked);
    }
}
