package dev.mneme.memory;

import dev.mneme.Erasable;
import dev.mneme.HealthCheck;
import dev.mneme.TypeRef;
import dev.mneme.memory.cache.CacheBuilder;
import dev.mneme.memory.cache.CacheHealth;
import dev.mneme.memory.cache.CacheStats;
import java.util.Map;

/**
 * What the nodes of a host remember together. {@link LocalMemory} is that of a single process; with a server behind it,
 * the same calls hold for many.
 *
 * <p>Safe for use by many threads. A host has one, and closes it last.
 */
public interface Memory extends Erasable, AutoCloseable {

    /**
     * Begins a cache.
     *
     * @param name 1 to 64 characters out of {@code A-Z a-z 0-9 _ . ~ -}, unique in the memory and the same on all nodes
     * @throws IllegalArgumentException if the name is none
     */
    <K, V> CacheBuilder<K, V> cache(String name, TypeRef<K> keys, TypeRef<V> values);

    /** As {@link #cache(String, TypeRef, TypeRef)}, for types without generic arguments. */
    default <K, V> CacheBuilder<K, V> cache(String name, Class<K> keys, Class<V> values) {
        return cache(name, TypeRef.of(keys), TypeRef.of(values));
    }

    /** What each cache did so far, by name. */
    Map<String, CacheStats> cacheStats();

    /** How the caches are now, as one. */
    CacheHealth cacheHealth();

    /** Whether the server behind this memory works; always healthy without one. Does not block. */
    HealthCheck health();

    /** Ends the background work and the threads. Idempotent. */
    @Override
    void close();
}
