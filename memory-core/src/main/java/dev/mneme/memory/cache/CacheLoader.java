package dev.mneme.memory.cache;

import org.jspecify.annotations.Nullable;

/**
 * Asks the source for a value, knowing in which load it does so.
 *
 * <p>Runs on a thread of the memory (a virtual one where there are any), is interrupted at the hard timeout, and may use
 * other caches, but not the key it is loading in its own.
 *
 * @param <K> the keys
 * @param <V> the values; must be immutable, since all readers of this process share them
 */
@FunctionalInterface
public interface CacheLoader<K, V> {

    /**
     * @return the value, or null if the source has none, which is remembered for the negative time to live
     * @throws Exception if the source cannot be asked; nothing is remembered
     */
    @Nullable
    V load(K key, LoadContext context) throws Exception;
}
