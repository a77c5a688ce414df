package dev.mneme.memory.cache;

import java.util.Collection;
import java.util.Optional;

/**
 * A function whose results are remembered by its argument; several arguments are a record.
 *
 * <p>Safe for use by many threads.
 *
 * @param <K> the argument
 * @param <V> the result
 */
public interface Cached<K, V> {

    /** The name under which the results are kept. */
    String name();

    /**
     * The result for an argument, remembered or made now. Blocks until it is there, at most for the far timeout and the
     * hard timeout of the load, twice if another node is loading and fails.
     *
     * @throws ValueAbsentException if the function gave null
     * @throws CacheLoadException if it threw or took too long, or the thread was interrupted while waiting
     * @throws IllegalArgumentException if the argument makes no valid key
     */
    V get(K key);

    /** As {@link #get}, and empty if the function gave null. */
    Optional<V> getOptional(K key);

    /**
     * Forgets a result on every node; see {@link Ack}. Blocks for a round trip, or, if the far level does not answer,
     * for its operation timeout.
     */
    Ack invalidate(K key);

    /** Forgets many results; {@link Ack#DONE} only if all are. */
    Ack invalidateAll(Collection<K> keys);

    /**
     * Forgets all results of a scope and of the scopes within it, on every node, at the cost of a single key.
     *
     * @param path as the cache's scope function gives it, or the beginning of it at a {@code /}
     */
    Ack invalidateScope(String path);

    /** Forgets all results, on every node. */
    Ack clear();

    /**
     * Switches remembering off or on again, while running. Off, every call goes to the function; invalidations are sent
     * all the same, since other nodes may have theirs on.
     */
    void bypass(boolean on);

    /** What happened so far. */
    CacheStats stats();

    /** How it is now. */
    CacheHealth health();
}
