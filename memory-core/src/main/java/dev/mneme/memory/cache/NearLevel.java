package dev.mneme.memory.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mneme.Ticker;
import dev.mneme.memory.cache.spi.Coherence;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The values of one cache in this process: decoded, shared, bounded by Caffeine; how long each may be served is decided
 * here.
 *
 * <p>The order of a read is part of the promise: the trust is asked for first, then the entry fetched, then its fence
 * looked at. Whoever drops lets the fence fall before the version of the bucket counts as applied, so a read that found
 * trust either finds no entry or a fallen fence.
 */
final class NearLevel<K, V> {

    final ScopeFences fences = new ScopeFences();
    private final Cache<K, NearEntry<V>> entries;
    private final Ticker ticker;
    /** Null in a memory without a far level, where there is nobody else to hear from. */
    private final @Nullable Coherence coherence;

    private final long disconnectedNanos;
    private final long errorNanos;
    private final double renewLast;

    NearLevel(CacheSettings<K, V> settings, Ticker ticker, @Nullable Coherence coherence) {
        this.entries = bounded(settings);
        this.ticker = ticker;
        this.coherence = coherence;
        this.disconnectedNanos = settings.whenDisconnected.staleFor().toNanos();
        this.errorNanos = settings.staleOnError.toNanos();
        this.renewLast = 1 - settings.earlyRefresh;
    }

    private static <K, V> Cache<K, NearEntry<V>> bounded(CacheSettings<K, V> settings) {
        // its upkeep is short and calls nobody: done by whoever writes, it costs less than to wake another thread
        Caffeine<Object, Object> upkeptByItsUsers = Caffeine.newBuilder().executor(Runnable::run);
        var weigher = settings.weigher;
        if (weigher == null) {
            return upkeptByItsUsers.maximumSize(settings.maxEntries).build();
        }
        return upkeptByItsUsers
                .maximumWeight(settings.maxEntries)
                .weigher((K key, NearEntry<V> entry) -> entry.value == null ? 1 : weigher.applyAsInt(key, entry.value))
                .build();
    }

    /** The quick read: an entry that may be served while every bucket is trusted. */
    @Nullable
    NearEntry<V> find(K key, long now) {
        if (coherence != null && coherence.allTrustedUntil() - now <= 0) {
            return null;
        }
        NearEntry<V> entry = entries.getIfPresent(key);
        return entry != null && entry.servable(now) ? entry : null;
    }

    /** The read of one bucket: an entry that may be served although other buckets may not be trusted. */
    @Nullable
    NearEntry<V> find(K key, int bucket, long now) {
        if (!trusted(bucket, now)) {
            return null;
        }
        NearEntry<V> entry = entries.getIfPresent(key);
        return entry != null && entry.servable(now) ? entry : null;
    }

    boolean trusted(int bucket, long now) {
        return coherence == null || coherence.trustedUntil(bucket) - now > 0;
    }

    /** A value that may stand in while nothing can be heard from the far level; null if the cache allows none. */
    @Nullable
    Loaded<V> whileDisconnected(K key, int bucket) {
        long now = ticker.nanos();
        boolean allowed = trusted(bucket, now) || withinStaleWindow(bucket, now);
        NearEntry<V> entry = allowed ? entries.getIfPresent(key) : null;
        if (disconnectedNanos == 0 || entry == null || !entry.servableStale(now, 0)) {
            return null;
        }
        return entry.loaded(true);
    }

    /** A value that may stand in for a load that failed or is slow; null if the cache allows none. */
    @Nullable
    Loaded<V> onError(K key, int bucket) {
        long now = ticker.nanos();
        boolean allowed = trusted(bucket, now) || withinStaleWindow(bucket, now);
        NearEntry<V> entry = allowed ? entries.getIfPresent(key) : null;
        if (errorNanos == 0 || entry == null || !entry.servableStale(now, errorNanos)) {
            return null;
        }
        return entry.loaded(true);
    }

    private boolean withinStaleWindow(int bucket, long now) {
        return coherence != null && coherence.trustedUntil(bucket) + disconnectedNanos - now > 0;
    }

    /**
     * Keeps a flight's value. If the flight's fence has fallen, or falls at any time, nobody will see it.
     *
     * @param nearNanos how long it may be served from {@code fromNanos}, unless its time to live ends before
     */
    void keep(Flight<K, V> flight, Loaded<V> loaded, long fromNanos, long nearNanos) {
        NearEntry<V> entry = flight.entry;
        if (!entry.stands()) {
            return; // nobody would see it, and it would displace what may be seen
        }
        long expires = loaded.endNanos();
        long liveNanos = expires - fromNanos;
        long renew = expires - (long) (liveNanos * renewLast);
        long deadline = fromNanos + Math.min(nearNanos, liveNanos);
        entry.set(loaded.value(), loaded.bornNanos(), deadline, expires, renewLast == 0 ? expires : renew);
        entries.put(flight.key, entry);
    }

    void remove(K key) {
        entries.invalidate(key);
    }

    /** Removes what it holds, dead entries included; only those who wrote all their fences down may call it. */
    void removeAll() {
        entries.invalidateAll();
    }

    Set<K> keys() {
        return entries.asMap().keySet();
    }

    long size() {
        return entries.estimatedSize();
    }
}
