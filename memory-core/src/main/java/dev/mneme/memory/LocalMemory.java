package dev.mneme.memory;

import static java.util.Objects.requireNonNull;

import dev.mneme.Erasable;
import dev.mneme.HealthCheck;
import dev.mneme.Ticker;
import dev.mneme.TypeRef;
import dev.mneme.memory.cache.CacheBuilder;
import dev.mneme.memory.cache.CacheHealth;
import dev.mneme.memory.cache.CacheStats;
import dev.mneme.memory.cache.Caches;
import dev.mneme.memory.coordination.ApprovalLimits;
import dev.mneme.memory.coordination.ApprovalStore;
import dev.mneme.memory.coordination.Coordination;
import dev.mneme.memory.coordination.Locks;
import dev.mneme.memory.coordination.SessionRegistryBuilder;
import dev.mneme.memory.history.Histories;
import dev.mneme.memory.history.HistoryBuilder;
import java.util.List;
import java.util.Map;

/** The memory of a single process: no server, nothing survives a restart, and nothing is written as bytes. */
public final class LocalMemory implements Memory {

    private final Caches caches;
    private final Coordination coordination;
    private final Histories histories;

    private LocalMemory(MemorySettings settings, Ticker ticker) {
        this.caches = Caches.local(requireNonNull(settings, "settings"), ticker);
        this.coordination = Coordination.local(ticker);
        this.histories = Histories.local(settings, ticker);
    }

    public static LocalMemory create() {
        return create(MemorySettings.defaults());
    }

    public static LocalMemory create(MemorySettings settings) {
        return create(settings, Ticker.system());
    }

    /** A memory that measures time by a ticker of the caller's; for tests. */
    public static LocalMemory create(MemorySettings settings, Ticker ticker) {
        return new LocalMemory(settings, ticker);
    }

    @Override
    public <K, V> CacheBuilder<K, V> cache(String name, TypeRef<K> keys, TypeRef<V> values) {
        return caches.cache(name, keys, values);
    }

    @Override
    public HistoryBuilder history(String name) {
        return histories.history(name);
    }

    @Override
    public MemoryStats stats() {
        return MemoryStats.ofNode(caches.stats(), histories.stats());
    }

    @Override
    public List<Erasable> erasables() {
        return List.of(caches, histories, coordination, approvals());
    }

    @Override
    public Map<String, CacheStats> cacheStats() {
        return caches.stats();
    }

    @Override
    public CacheHealth cacheHealth() {
        return caches.health();
    }

    @Override
    public Locks locks() {
        return coordination.locks();
    }

    @Override
    public ApprovalStore approvals() {
        return coordination.approvals(ApprovalLimits.defaults());
    }

    @Override
    public SessionRegistryBuilder sessions(String name) {
        return coordination.sessions(name);
    }

    @Override
    public HealthCheck health() {
        return HealthCheck.of("memory", HealthCheck.Result::healthy);
    }

    @Override
    public void close() {
        histories.close();
        coordination.close();
        caches.close();
    }
}
