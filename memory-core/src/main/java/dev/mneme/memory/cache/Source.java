package dev.mneme.memory.cache;

import org.jspecify.annotations.Nullable;

/**
 * Asks the source for a value; see {@link CacheLoader}, of which this is the plain form.
 *
 * @param <K> the keys
 * @param <V> the values
 */
@FunctionalInterface
public interface Source<K, V> {

    /**
     * @return the value, or null if there is none
     * @throws Exception if the source cannot be asked
     */
    @Nullable
    V load(K key) throws Exception;
}
