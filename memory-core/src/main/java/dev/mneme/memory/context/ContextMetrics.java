package dev.mneme.memory.context;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;

/**
 * Micrometer meters of one {@link ContextStore}: the numbers of its {@link StoreStats}. None has a tag for an agent or a
 * tenant, so their number does not grow with those. After the store was closed they are NaN.
 *
 * <p>The store is held weakly by the meters of the registry.
 */
public final class ContextMetrics implements MeterBinder {

    private final ContextStore store;

    public ContextMetrics(ContextStore store) {
        this.store = requireNonNull(store, "store");
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "records", "records of all agents", StoreStats::records);
        gauge(registry, "bytes", "what the store takes", StoreStats::bytes);
        gauge(registry, "agents.alerted", "agents at or above an alert level", StoreStats::agentsAlerted);
        count(registry, "evicted", "records that went by the limits", StoreStats::evicted);
        count(registry, "pruned", "records removed by pruning", StoreStats::pruned);
        count(registry, "duplicates.skipped", "interactions not stored again", StoreStats::skipped);
        count(registry, "duplicates.merged", "interactions merged into a record", StoreStats::merged);
        count(registry, "alerts.dropped", "alerts the listener was too slow for", StoreStats::alertsDropped);
    }

    private void gauge(MeterRegistry registry, String meter, String what, ToDoubleFunction<StoreStats> number) {
        Gauge.builder("mneme.context." + meter, store, s -> of(s, number))
                .description(what)
                .register(registry);
    }

    private void count(MeterRegistry registry, String meter, String what, ToDoubleFunction<StoreStats> number) {
        FunctionCounter.builder("mneme.context." + meter, store, s -> of(s, number))
                .description(what)
                .register(registry);
    }

    private static double of(ContextStore store, ToDoubleFunction<StoreStats> number) {
        try {
            return number.applyAsDouble(store.stats());
        } catch (RuntimeException closedOrAway) {
            return Double.NaN;
        }
    }
}
