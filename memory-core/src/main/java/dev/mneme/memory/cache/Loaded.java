package dev.mneme.memory.cache;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A value on its way to a reader.
 *
 * @param value null if the source has none
 * @param bornNanos when its load began, or a little before; by the cache's ticker
 * @param endNanos when its time to live ends
 */
record Loaded<V>(@Nullable V value, Level level, long bornNanos, long endNanos, boolean stale) {

    Lookup<V> lookup(long now) {
        Duration age = Duration.ofNanos(Math.max(0, now - bornNanos));
        return value == null ? new Lookup.Absent<>(level, age, stale) : new Lookup.Hit<>(value, level, age, stale);
    }

    /** Whether its time to live was over by then, and it is not served as a stale one. */
    boolean endedBy(long now) {
        return !stale && endNanos - now <= 0;
    }
}
