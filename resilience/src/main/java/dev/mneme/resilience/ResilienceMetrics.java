package dev.mneme.resilience;

import static java.util.Locale.ROOT;
import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Micrometer meters of all breakers and policies of one {@link Resilience}, those that are made later included.
 *
 * <p>Tags: {@code name} of the breaker or policy, and {@code state}, {@code outcome}, {@code reason} or {@code error}
 * with a fixed set of values. A retry or bulkhead that belongs to no policy is not among them; read its numbers.
 */
public final class ResilienceMetrics implements MeterBinder {

    private final Resilience resilience;

    public ResilienceMetrics(Resilience resilience) {
        this.resilience = requireNonNull(resilience, "resilience");
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        resilience.breakers().names().watch(breaker -> bind(breaker, registry));
        resilience.watchPolicies(policy -> bind(policy, registry));
    }

    private static void bind(CircuitBreaker breaker, MeterRegistry registry) {
        for (CircuitBreaker.State state : CircuitBreaker.State.values()) {
            Gauge.builder("mneme.breaker.state", breaker, b -> b.state() == state ? 1 : 0)
                    .description("1 for the state the breaker is in")
                    .tag("name", breaker.name())
                    .tag("state", state.name().toLowerCase(ROOT))
                    .register(registry);
        }
        Gauge.builder(
                        "mneme.breaker.retry.in",
                        breaker,
                        b -> b.nanosUntilRetry() / (double) TimeUnit.SECONDS.toNanos(1))
                .description("how long an open breaker still refuses every call")
                .baseUnit("seconds")
                .tag("name", breaker.name())
                .register(registry);
        outcome(breaker, registry, "success", BreakerNumbers::successes);
        outcome(breaker, registry, "failure", BreakerNumbers::failures);
        outcome(breaker, registry, "ignored", n -> n.calls() - n.successes() - n.failures() - n.staleResults());
        outcome(breaker, registry, "stale", BreakerNumbers::staleResults);
        outcome(breaker, registry, "blocked", BreakerNumbers::blocked);
    }

    private static void outcome(
            CircuitBreaker breaker, MeterRegistry registry, String outcome, ToDoubleFunction<BreakerNumbers> count) {
        FunctionCounter.builder("mneme.breaker.calls", breaker, b -> count.applyAsDouble(b.numbers()))
                .description("calls by what the breaker made of them")
                .tag("name", breaker.name())
                .tag("outcome", outcome)
                .register(registry);
    }

    private static void bind(Policy policy, MeterRegistry registry) {
        count(policy, registry, "mneme.policy.calls", "calls made or refused", PolicyNumbers::calls);
        count(policy, registry, "mneme.policy.attempts", "attempts that reached the target", PolicyNumbers::attempts);
        count(policy, registry, "mneme.policy.fallbacks", "calls answered with a fallback", PolicyNumbers::fallbacks);
        count(
                policy,
                registry,
                "mneme.retry.retries",
                "attempts after the first",
                n -> n.retry().retries());
        count(
                policy,
                registry,
                "mneme.retry.budget.empty",
                "failures not repeated for lack of budget",
                n -> n.retry().budgetEmpty());
        count(
                policy,
                registry,
                "mneme.retry.nested",
                "calls reduced to one attempt inside of another retry",
                n -> n.retry().nestedCalls());
        refused(policy, registry, "deadline", PolicyNumbers::refusedByDeadline);
        refused(policy, registry, "rate_limit", PolicyNumbers::refusedByRateLimit);
        for (ErrorClass error : ErrorClass.values()) {
            FunctionCounter.builder(
                            "mneme.policy.failures",
                            policy,
                            p -> p.numbers().failures().getOrDefault(error, 0L))
                    .description("failed attempts by class")
                    .tag("name", policy.name())
                    .tag("error", error.name().toLowerCase(ROOT))
                    .register(registry);
        }
        policy.bulkhead().ifPresent(bulkhead -> bind(bulkhead, registry));
    }

    private static void count(
            Policy policy, MeterRegistry registry, String meter, String what, ToDoubleFunction<PolicyNumbers> count) {
        FunctionCounter.builder(meter, policy, p -> count.applyAsDouble(p.numbers()))
                .description(what)
                .tag("name", policy.name())
                .register(registry);
    }

    private static void refused(
            Policy policy, MeterRegistry registry, String reason, ToDoubleFunction<PolicyNumbers> count) {
        FunctionCounter.builder("mneme.policy.refused", policy, p -> count.applyAsDouble(p.numbers()))
                .description("calls refused before their first attempt")
                .tag("name", policy.name())
                .tag("reason", reason)
                .register(registry);
    }

    private static void bind(Bulkhead bulkhead, MeterRegistry registry) {
        Gauge.builder("mneme.bulkhead.running", bulkhead, b -> b.numbers().running())
                .description("calls that have a place")
                .tag("name", bulkhead.name())
                .register(registry);
        Gauge.builder("mneme.bulkhead.waiting", bulkhead, b -> b.numbers().waiting())
                .description("callers in the queue")
                .tag("name", bulkhead.name())
                .register(registry);
        FunctionCounter.builder(
                        "mneme.bulkhead.refused", bulkhead, b -> b.numbers().refused())
                .description("callers that got no place")
                .tag("name", bulkhead.name())
                .register(registry);
    }
}
