package dev.mneme.memory.redis;

import static java.util.Objects.requireNonNull;

import dev.mneme.Erasable;
import dev.mneme.HealthCheck;
import dev.mneme.Ticker;
import dev.mneme.TypeRef;
import dev.mneme.memory.Memory;
import dev.mneme.memory.MemorySettings;
import dev.mneme.memory.MemoryStats;
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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The memory of many processes, on one Redis. All of one namespace share what is remembered, and hear from each other
 * what is no longer true.
 *
 * <p>The {@link Redis} may be away, now or later: a cache answers all the same, by its own loader. Closing this leaves
 * the {@code Redis} open, which others may use.
 */
public final class RedisMemory implements Memory {

    private final Redis redis;
    private final Caches caches;
    private final Coordination coordination;
    private final RedisFarLevel far;
    private final Histories histories;
    private final ServerUsage usage;

    private RedisMemory(Builder builder) {
        this.redis = builder.redis;
        var made = new AtomicReference<RedisFarLevel>();
        this.caches = Caches.over(builder.settings, builder.ticker, builder.stalenessBound, coherence -> {
            made.set(new RedisFarLevel(
                    builder.redis, builder.namespace, coherence, new JacksonCodecs(builder.compressAbove)));
            return made.get();
        });
        this.far = requireNonNull(made.get());
        this.coordination = Coordination.over(
                new RedisCoordination(builder.redis, builder.namespace, new JacksonCodecs(builder.compressAbove)),
                builder.ticker);
        this.histories = Histories.over(
                builder.settings,
                builder.ticker,
                new RedisTurnStores(builder.redis, builder.namespace, new JacksonCodecs(builder.compressAbove)));
        this.usage = new ServerUsage(builder.redis, builder.namespace);
        // not before the caches are there, who will be told
        far.start();
    }

    /** A memory with defaults. */
    public static RedisMemory on(Redis redis) {
        return builder(redis).build();
    }

    public static Builder builder(Redis redis) {
        return new Builder(redis);
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
        return usage.addTo(MemoryStats.ofNode(caches.stats(), histories.stats()));
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
        return redis.health();
    }

    /** Tries for about a second each to send what turns and invalidations wait, and ends the background work. */
    @Override
    public void close() {
        histories.close();
        coordination.close();
        caches.close();
    }

    Redis redis() {
        return redis;
    }

    RedisFarLevel far() {
        return far;
    }

    /** How a memory on Redis is set up. Not for use by several threads. */
    public static final class Builder {

        private static final int MAX_NAMESPACE_LENGTH = 64;

        private final Redis redis;
        private String namespace = "default";
        private Duration stalenessBound = Duration.ofMillis(1_500);
        private int compressAbove = JacksonCodecs.DEFLATE_ABOVE;
        private MemorySettings settings = MemorySettings.defaults();
        private Ticker ticker = Ticker.system();

        private Builder(Redis redis) {
            this.redis = requireNonNull(redis, "redis");
        }

        /**
         * What keeps hosts on one Redis apart; {@code default} by default.
         *
         * @throws IllegalArgumentException if it is empty or has more than 64 characters
         */
        public Builder namespace(String namespace) {
            if (namespace.isBlank() || namespace.length() > MAX_NAMESPACE_LENGTH) {
                throw new IllegalArgumentException("a namespace must have 1 to " + MAX_NAMESPACE_LENGTH
                        + " characters and not be blank, had " + namespace.length());
            }
            this.namespace = namespace;
            return this;
        }

        /**
         * How long after an invalidation was done another node may at most serve what it took away; 1.5 s by default.
         * Nodes ask twice a second whether they missed something: below a second a near level is of little use.
         *
         * @throws IllegalArgumentException if it is not more than 500 ms, or more than a minute
         */
        public Builder stalenessBound(Duration stalenessBound) {
            if (stalenessBound.compareTo(Duration.ofMillis(500)) <= 0
                    || stalenessBound.compareTo(Duration.ofMinutes(1)) > 0) {
                throw new IllegalArgumentException(
                        "stalenessBound must be more than 500 ms and at most 1 min, was " + stalenessBound);
            }
            this.stalenessBound = stalenessBound;
            return this;
        }

        /**
         * Above how many bytes of JSON a value is compressed; 4,096 by default. A cache with a codec of its own does as
         * that likes.
         *
         * @throws IllegalArgumentException if it is below zero
         */
        public Builder compressAbove(int bytes) {
            if (bytes < 0) {
                throw new IllegalArgumentException("compressAbove must be at least 0, was " + bytes);
            }
            this.compressAbove = bytes;
            return this;
        }

        /** What is set from outside; its address of a server is not looked at. */
        public Builder settings(MemorySettings settings) {
            this.settings = requireNonNull(settings, "settings");
            return this;
        }

        Builder ticker(Ticker ticker) {
            this.ticker = ticker;
            return this;
        }

        /** Begins to listen, and returns at once. */
        public RedisMemory build() {
            return new RedisMemory(this);
        }
    }
}
