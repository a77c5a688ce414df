package dev.mneme.resilience.limit;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;

/**
 * The meters of one limiter, tagged with its name:
 *
 * <ul>
 *   <li>{@code mneme.limiter.decisions}, a counter with {@code outcome} {@code allowed} or {@code refused};
 *   <li>{@code mneme.limiter.degraded}, a counter of the degraded decisions among them;
 *   <li>{@code mneme.limiter.keys}, a gauge of the keys held in memory.
 * </ul>
 *
 * <p>No meter knows a key. The registry holds the limiter weakly.
 */
public final class RateLimiterMetrics implements MeterBinder {

    private final String name;
    private final RateLimiter limiter;

    /**
     * @param name the tag {@code limiter}: one of the few names a host gives its limiters, never a user's
     * @param limiter any form of the limiter; all its narrowed forms are counted
     * @throws IllegalArgumentException if the name is blank
     */
    public RateLimiterMetrics(String name, RateLimiter limiter) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a limiter's name must not be blank, was '" + name + "'");
        }
        this.name = name;
        this.limiter = requireNonNull(limiter, "limiter");
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Tags tags = Tags.of("limiter", name);
        count(registry, "mneme.limiter.decisions", tags.and("outcome", "allowed"), stats -> stats.allowed());
        count(registry, "mneme.limiter.decisions", tags.and("outcome", "refused"), stats -> stats.refused());
        count(registry, "mneme.limiter.degraded", tags, stats -> stats.degraded());
        Gauge.builder("mneme.limiter.keys", limiter, it -> it.stats().keys())
                .tags(tags)
                .register(registry);
    }

    private void count(MeterRegistry registry, String meter, Tags tags, ToDoubleFunction<LimiterStats> value) {
        FunctionCounter.builder(meter, limiter, it -> value.applyAsDouble(it.stats()))
                .tags(tags)
                .register(registry);
    }
}
