package dev.mneme.memory.redis;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * The meters of a memory on Redis and of the way there. No meter has a tag: one memory, one registry.
 *
 * <ul>
 *   <li>{@code mneme.redis.reachable}: 1 while calls are let through, else 0
 *   <li>{@code mneme.redis.calls}, {@code mneme.redis.calls.failed}, {@code mneme.redis.calls.refused}: made, failed of
 *       these, and not made
 *   <li>{@code mneme.redis.calls.in.flight}
 *   <li>{@code mneme.cache.bus.up}: 1 while this node hears the others, else 0
 *   <li>{@code mneme.cache.bus.messages}, {@code mneme.cache.bus.overflowed}: heard, and dropped since too many waited
 *   <li>{@code mneme.cache.invalidations.queued}: how many wait to be sent
 * </ul>
 */
public final class RedisMetrics implements MeterBinder {

    private final RedisMemory memory;

    public RedisMetrics(RedisMemory memory) {
        this.memory = requireNonNull(memory, "memory");
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        RedisGate gate = memory.redis().gate();
        InvalidationBus bus = memory.far().bus();
        Gauge.builder("mneme.redis.reachable", gate, it -> it.isOpen() ? 1 : 0).register(registry);
        Gauge.builder("mneme.redis.calls.in.flight", gate, RedisGate::inFlight).register(registry);
        FunctionCounter.builder("mneme.redis.calls", gate, RedisGate::made).register(registry);
        FunctionCounter.builder("mneme.redis.calls.failed", gate, RedisGate::failed)
                .register(registry);
        FunctionCounter.builder("mneme.redis.calls.refused", gate, RedisGate::refused)
                .register(registry);
        Gauge.builder("mneme.cache.bus.up", bus, it -> it.isUp() ? 1 : 0).register(registry);
        FunctionCounter.builder("mneme.cache.bus.messages", bus, InvalidationBus::messages)
                .register(registry);
        FunctionCounter.builder("mneme.cache.bus.overflowed", bus, InvalidationBus::overflowed)
                .register(registry);
        Gauge.builder(
                        "mneme.cache.invalidations.queued",
                        memory.far(),
                        it -> it.state().queued())
                .register(registry);
    }
}
