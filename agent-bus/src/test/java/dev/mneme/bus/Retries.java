package dev.mneme.bus;

import dev.mneme.resilience.PolicySettings;
import dev.mneme.resilience.Resilience;
import dev.mneme.resilience.Retry;
import dev.mneme.resilience.RetryBudget;
import dev.mneme.resilience.RetrySettings;
import java.time.Duration;

/** Retries for tests that are not about the budget of retries. */
final class Retries {

    private static final RetryBudget PLENTY = new RetryBudget(1, 1_000_000);

    private Retries() {}

    /** Up to so many repetitions, the same time apart. */
    static Retry every(Duration wait, int maxRetries) {
        var settings = new RetrySettings(maxRetries, wait, wait, 1, wait, Duration.ZERO);
        Resilience resilience = Resilience.create();
        // all of one name share a budget
        resilience.policy(
                "plenty", PolicySettings.of(settings, Duration.ofMinutes(1)).withBudget(PLENTY));
        return resilience.retry("plenty", settings);
    }
}
