package dev.mneme.memory.cache;

import java.util.Map;
import java.util.Set;

/**
 * Asks the source for many values at once; otherwise as {@link CacheLoader}.
 *
 * @param <K> the keys
 * @param <V> the values
 */
@FunctionalInterface
public interface BulkLoader<K, V> {

    /**
     * @param keys at least one
     * @return the values there are; a key that is not among them has none. Other keys are not looked at
     * @throws Exception if the source cannot be asked; then every key has failed
     */
    Map<K, V> load(Set<K> keys) throws Exception;
}
