package dev.mneme.memory.cache;

import static java.util.Objects.requireNonNull;

import dev.mneme.memory.Memory;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;

/**
 * Micrometer meters of the caches of one {@link Memory}: every number of {@link CacheStats}, with the cache's name as the
 * tag {@code cache}, and those of {@link CacheHealth} for all of them.
 *
 * <p>Binding takes up the caches there are. Bind once they are built; binding again takes up those that came later and
 * changes nothing for the others.
 */
public final class CacheMetrics implements MeterBinder {

    private final Memory memory;

    public CacheMetrics(Memory memory) {
        this.memory = requireNonNull(memory, "memory");
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (String cache : memory.cacheStats().keySet()) {
            if (registry.find("mneme.cache.loads").tag("cache", cache).functionCounter() != null) {
                continue; // bound before
            }
            count(registry, cache, "near.hits", "reads answered in this process", CacheStats::nearHits);
            count(registry, cache, "far.hits", "reads answered by the shared level", CacheStats::farHits);
            count(registry, cache, "loads", "loads that gave a value or an absence", CacheStats::loads);
            count(registry, cache, "loads.failed", "loads that failed or were given up", CacheStats::failedLoads);
            count(registry, cache, "stale.hits", "reads answered by a value past its time", CacheStats::staleHits);
            count(registry, cache, "joined", "reads that waited for a load under way", CacheStats::joined);
            count(registry, cache, "unreadable", "far values that could not be decoded", CacheStats::unreadable);
            count(
                    registry,
                    cache,
                    "fills.refused",
                    "values not stored, their lease was gone",
                    CacheStats::refusedFills);
            count(registry, cache, "far.failures", "far calls that failed or took too long", CacheStats::farFailures);
            count(registry, cache, "invalidations", "keys and scopes invalidated here", CacheStats::invalidations);
            count(registry, cache, "invalidations.pending", "of those, not done at once", CacheStats::pending);
            Gauge.builder("mneme.cache.near.entries", memory, m -> of(m, cache, CacheStats::nearEntries))
                    .description("values held in this process")
                    .tag("cache", cache)
                    .register(registry);
        }
        if (registry.find("mneme.cache.connected").gauge() != null) {
            return;
        }
        gauge(registry, "connected", "1 while the far level lets calls through", h -> h.connected() ? 1 : 0);
        gauge(registry, "buckets.untrusted", "parts of the near level not served", CacheHealth::untrustedBuckets);
        gauge(registry, "invalidations.queued", "invalidations that wait", CacheHealth::queuedInvalidations);
    }

    private void count(
            MeterRegistry registry, String cache, String meter, String what, ToDoubleFunction<CacheStats> number) {
        FunctionCounter.builder("mneme.cache." + meter, memory, m -> of(m, cache, number))
                .description(what)
                .tag("cache", cache)
                .register(registry);
    }

    private void gauge(MeterRegistry registry, String meter, String what, ToDoubleFunction<CacheHealth> number) {
        Gauge.builder("mneme.cache." + meter, memory, m -> number.applyAsDouble(m.cacheHealth()))
                .description(what)
                .register(registry);
    }

    private static double of(Memory memory, String cache, ToDoubleFunction<CacheStats> number) {
        CacheStats stats = memory.cacheStats().get(cache);
        return stats == null ? 0 : number.applyAsDouble(stats);
    }
}
