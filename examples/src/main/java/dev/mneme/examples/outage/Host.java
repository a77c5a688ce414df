package dev.mneme.examples.outage;

import dev.mneme.HealthCheck;
import dev.mneme.Ticker;
import dev.mneme.resilience.Classifier;
import dev.mneme.resilience.Policy;
import dev.mneme.resilience.PolicySettings;
import dev.mneme.resilience.Resilience;
import dev.mneme.resilience.RetrySettings;
import dev.mneme.resilience.Target;
import dev.mneme.resilience.health.Health;
import java.time.Duration;

/** Answers questions with a model, and with a store if it is there; says at any time how well it does. */
final class Host implements AutoCloseable {

    static final String SORRY = "I have technical trouble right now, please write again in a minute.";
    private static final String NO_MEMORY = "";

    private final FakeModel model;
    private final FakeStore store;
    private final Resilience resilience;
    private final Policy modelCalls;
    private final Policy storeCalls;
    private final Health health;

    Host(FakeModel model, FakeStore store, Ticker ticker) {
        this.model = model;
        this.store = store;
        Classifier standard = Classifier.standard();
        resilience = Resilience.builder()
                .ticker(ticker)
                .classifier(standard.with(ModelException.class, e -> standard.classify(e.status(), e.headers(), "")))
                .build();
        modelCalls = resilience.policy("model", hasty(Target.MODEL));
        storeCalls = resilience.policy("store", hasty(Target.STORE));
        health = Health.builder(HealthCheck.reaching("store", store::ping).optional(), resilience.breakers())
                .ticker(ticker)
                .build();
    }

    /** The usual settings; only the waits between attempts, which are real time even here, are a millisecond or two. */
    private static PolicySettings hasty(Target target) {
        int retries = target.settings().retry().maxRetries();
        return target.settings().withRetry(RetrySettings.of(retries, Duration.ofMillis(1), Duration.ofMillis(2)));
    }

    String ask(String question) {
        String memory = storeCalls.callOr(NO_MEMORY, () -> store.recall(question));
        return modelCalls.callOr(SORRY, () -> model.answer(question + memory));
    }

    Resilience resilience() {
        return resilience;
    }

    Policy modelCalls() {
        return modelCalls;
    }

    Health health() {
        return health;
    }

    @Override
    public void close() {
        health.close();
    }
}
