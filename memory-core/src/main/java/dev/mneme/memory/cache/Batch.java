package dev.mneme.memory.cache;

import java.util.Map;
import java.util.Set;

/**
 * What became of each of many keys. Every key asked for is in exactly one of the three.
 *
 * @param values the values found or loaded, in the order asked for
 * @param absent the keys for which the source has no value
 * @param failed the keys that could not be loaded, and why
 * @param <K> the keys
 * @param <V> the values
 */
public record Batch<K, V>(Map<K, V> values, Set<K> absent, Map<K, CacheLoadException> failed) {

    /**
     * The values, if nothing failed.
     *
     * @throws CacheLoadException the first failure; the others are suppressed in it
     */
    public Map<K, V> orThrow() {
        CacheLoadException first = null;
        for (CacheLoadException failure : failed.values()) {
            if (first == null) {
                first = failure;
            } else if (first != failure) {
                first.addSuppressed(failure);
            }
        }
        if (first != null) {
            throw first;
        }
        return values;
    }
}
