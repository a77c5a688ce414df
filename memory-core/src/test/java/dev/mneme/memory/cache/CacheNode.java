package dev.mneme.memory.cache;

import dev.mneme.Erasable;
import dev.mneme.HealthCheck;
import dev.mneme.Ticker;
import dev.mneme.TypeRef;
import dev.mneme.memory.Memory;
import dev.mneme.memory.MemorySettings;
import dev.mneme.memory.MemoryStats;
import dev.mneme.memory.cache.spi.Coherence;
import dev.mneme.memory.cache.spi.FarLevel;
import dev.mneme.memory.cache.spi.FarLevelDouble;
import dev.mneme.memory.coordination.ApprovalStore;
import dev.mneme.memory.coordination.Locks;
import dev.mneme.memory.coordination.SessionRegistryBuilder;
import dev.mneme.memory.history.HistoryBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/** A node over a far level in this process: a memory whose heartbeats are sent when a test says so. */
final class CacheNode implements Memory {

    static final Duration BOUND = Duration.ofMillis(1_500);

    final FarLevelDouble far;
    final Coherence coherence;
    private final Caches caches;

    CacheNode(FarLevelDouble.Server server, Ticker ticker, MemorySettings settings) {
        this(server, ticker, settings, level -> level);
    }

    /** @param between what stands between this node and the server */
    CacheNode(FarLevelDouble.Server server, Ticker ticker, MemorySettings settings, UnaryOperator<FarLevel> between) {
        var made = new AtomicReference<FarLevelDouble>();
        var heard = new AtomicReference<Coherence>();
        this.caches = Caches.over(settings, ticker, () -> 0.5, BOUND, coherence -> {
            heard.set(coherence);
            made.set(new FarLevelDouble(server, coherence));
            return between.apply(made.get());
        });
        this.far = made.get();
        this.coherence = heard.get();
        far.heartbeat();
        far.heartbeat(); // the first finds versions missing in a server that has forgotten all
    }

    @Override
    public <K, V> CacheBuilder<K, V> cache(String name, TypeRef<K> keys, TypeRef<V> values) {
        return caches.cache(name, keys, values);
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
        throw new UnsupportedOperationException("this node has caches alone");
    }

    @Override
    public ApprovalStore approvals() {
        throw new UnsupportedOperationException();
    }

    @Override
    public SessionRegistryBuilder sessions(String name) {
        throw new UnsupportedOperationException("this node has caches alone");
    }

    @Override
    public HealthCheck health() {
        return HealthCheck.of("memory", HealthCheck.Result::healthy);
    }

    @Override
    public HistoryBuilder history(String name) {
        throw new UnsupportedOperationException("a node of caches alone");
    }

    @Override
    public MemoryStats stats() {
        return MemoryStats.ofNode(caches.stats(), Map.of());
    }

    @Override
    public List<Erasable> erasables() {
        return List.of(caches);
    }

    @Override
    public void close() {
        caches.close();
    }
}
