package dev.mneme.memory.cache;

import static java.util.Objects.requireNonNull;

import dev.mneme.Erasable;
import dev.mneme.ErasureReceipt;
import dev.mneme.Tenant;
import dev.mneme.Ticker;
import dev.mneme.TypeRef;
import dev.mneme.memory.MemorySettings;
import dev.mneme.memory.cache.spi.Coherence;
import dev.mneme.memory.cache.spi.Dropped;
import dev.mneme.memory.cache.spi.FarLevel;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The caches of one memory, over the same far level or over none. For those who implement {@code Memory}; users are
 * given caches by their memory.
 */
public final class Caches implements Erasable, AutoCloseable {

    private final MemorySettings settings;
    private final Ticker ticker;
    private final DoubleSupplier random;
    private final LoadThreads threads = new LoadThreads();
    private final Map<String, FencedCache<?, ?>> byName = new ConcurrentHashMap<>();
    private final CopyOnWriteArrayList<Listening> listeners = new CopyOnWriteArrayList<>();
    private final @Nullable Coherence coherence;
    private final @Nullable FarLevel far;
    private volatile boolean closed;

    private record Listening(String cache, Consumer<? super CacheEvent> listener) {}

    private Caches(
            MemorySettings settings,
            Ticker ticker,
            DoubleSupplier random,
            @Nullable Duration bound,
            @Nullable Function<Coherence, FarLevel> connect) {
        this.settings = settings;
        this.ticker = requireNonNull(ticker, "ticker");
        this.random = random;
        this.coherence = bound == null ? null : new Coherence(ticker, bound, new Nears());
        this.far = connect == null ? null : connect.apply(requireNonNull(coherence));
    }

    /** Caches of one process alone. */
    public static Caches local(MemorySettings settings, Ticker ticker) {
        return local(settings, ticker, () -> ThreadLocalRandom.current().nextDouble());
    }

    static Caches local(MemorySettings settings, Ticker ticker, DoubleSupplier random) {
        return new Caches(settings, ticker, random, null, null);
    }

    /**
     * Caches over a far level.
     *
     * @param stalenessBound see {@link Coherence}; more than zero
     * @param connect makes the far level, which tells what it hears to the coherence it is given; closed with the caches
     */
    public static Caches over(
            MemorySettings settings, Ticker ticker, Duration stalenessBound, Function<Coherence, FarLevel> connect) {
        return over(settings, ticker, () -> ThreadLocalRandom.current().nextDouble(), stalenessBound, connect);
    }

    static Caches over(
            MemorySettings settings,
            Ticker ticker,
            DoubleSupplier random,
            Duration stalenessBound,
            Function<Coherence, FarLevel> connect) {
        return new Caches(settings, ticker, random, stalenessBound, connect);
    }

    /**
     * Begins a cache.
     *
     * @param name unique in the memory, and the same on all nodes
     */
    public <K, V> CacheBuilder<K, V> cache(String name, TypeRef<K> keys, TypeRef<V> values) {
        return new CacheBuilder<>(this, name, keys, values, settings.ttl());
    }

    <K, V> TieredCache<K, V> add(CacheBuilder<K, V> builder, CacheLoader<? super K, ? extends V> loader) {
        checkOpen();
        var checked = new CacheSettings<>(builder, loader, settings.bypass().contains(builder.name));
        KeyCodec<K> keys = null;
        ValueCodec<V> values = null;
        if (far != null) {
            keys = builder.keys == null ? KeyCodec.of(builder.keyType.type()) : builder.keys;
            values = builder.values == null ? far.codec(builder.valueType.type()) : builder.values;
        }
        var cache = new FencedCache<>(this, checked, keys, values);
        if (byName.putIfAbsent(builder.name, cache) != null) {
            throw new IllegalStateException("a memory must have one cache of a name, has " + builder.name + " already");
        }
        return cache;
    }

    /** Erases what the caches that name owners hold of a tenant, near and far. */
    @Override
    public ErasureReceipt erase(Tenant tenant) {
        checkOpen();
        long records = 0;
        for (FencedCache<?, ?> cache : byName.values()) {
            records += cache.dropOwner(tenant.id());
        }
        if (far == null) {
            return new ErasureReceipt("cache", tenant, records);
        }
        ErasureReceipt receipt = far.erase(tenant);
        for (FencedCache<?, ?> cache : byName.values()) {
            cache.dropOwner(tenant.id()); // what was read while the far level erased
        }
        return receipt;
    }

    /** The names of the caches there are, and what each did so far. */
    public Map<String, CacheStats> stats() {
        var stats = new TreeMap<String, CacheStats>();
        byName.forEach((name, cache) -> stats.put(name, cache.stats()));
        return stats;
    }

    /** How the caches are now, as one. */
    public CacheHealth health() {
        return health(false);
    }

    CacheHealth health(boolean bypassed) {
        if (far == null || coherence == null) {
            return new CacheHealth(true, 0, Duration.ZERO, 0, bypassed, "");
        }
        FarLevel.State state = far.state();
        return new CacheHealth(
                state.reachable(), coherence.untrusted(), coherence.bound(), state.queued(), bypassed, state.trouble());
    }

    /** Closes the far level and ends the threads. Loads under way end; reads that begin later are refused. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        byName.values().forEach(FencedCache::close);
        if (far != null) {
            far.close();
        }
        threads.close();
    }

    void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the memory must be open, was closed");
        }
    }

    void event(CacheEvent event) {
        for (Listening listening : listeners) {
            if (concerns(event, listening.cache())) {
                threads.tell(listening.listener(), event);
            }
        }
    }

    private static boolean concerns(CacheEvent event, String cache) {
        if (event instanceof CacheEvent.LoadFailed failed) {
            return failed.cache().equals(cache);
        }
        if (event instanceof CacheEvent.Unreadable unreadable) {
            return unreadable.cache().equals(cache);
        }
        return !(event instanceof CacheEvent.QueueOverflowed overflowed)
                || overflowed.cache().equals(cache);
    }

    void listen(String cache, Consumer<? super CacheEvent> listener) {
        listeners.add(new Listening(cache, requireNonNull(listener, "listener")));
    }

    MemorySettings settings() {
        return settings;
    }

    Ticker ticker() {
        return ticker;
    }

    DoubleSupplier random() {
        return random;
    }

    LoadThreads threads() {
        return threads;
    }

    @Nullable
    FarLevel far() {
        return far;
    }

    @Nullable
    Coherence coherence() {
        return coherence;
    }

    Duration bound() {
        return coherence == null ? Duration.ZERO : coherence.bound();
    }

    /** What the bus says, to the caches it concerns. */
    private final class Nears implements Coherence.NearLevels {

        @Override
        public void drop(int bucket, Dropped dropped) {
            if (dropped instanceof Dropped.Owner owner) {
                byName.values().forEach(cache -> cache.dropOwner(owner.owner()));
            } else if (dropped instanceof Dropped.Keys keys) {
                FencedCache<?, ?> cache = byName.get(keys.cache());
                if (cache != null) {
                    cache.drop(keys, bucket);
                }
            } else if (dropped instanceof Dropped.Scope scope) {
                FencedCache<?, ?> cache = byName.get(scope.cache());
                if (cache != null) {
                    cache.dropScope(scope.path());
                }
            } else if (dropped instanceof Dropped.Root root) {
                FencedCache<?, ?> cache = byName.get(root.cache());
                if (cache != null) {
                    cache.dropBucket(root.bucket());
                }
            }
        }

        @Override
        public void flush(int bucket) {
            byName.values().forEach(cache -> cache.dropBucket(bucket));
        }

        @Override
        public void event(CacheEvent event) {
            Caches.this.event(event);
        }
    }
}
