package dev.mneme.memory.cache;

import dev.mneme.memory.cache.spi.FarKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A key being fetched or loaded, for all who ask for it meanwhile. */
final class Flight<K, V> {

    final K key;
    /** Null in a memory without a far level. */
    final @Nullable FarKey farKey;

    final int bucket;
    /** The fence of this flight, put up before anything is read for it; then its value near. */
    final NearEntry<V> entry;
    /** The ticker's reading before anything is read for this flight. */
    final long startedNanos;

    final CompletableFuture<Loaded<V>> result = new CompletableFuture<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final boolean loads;

    /** A far value past its time, for the case that the load fails. */
    volatile @Nullable Loaded<V> expired;

    /** Under which its value may be stored far; null if there is none. Whoever ends the flight fills it or gives it back. */
    volatile @Nullable String lease;

    Flight(K key, @Nullable FarKey farKey, int bucket, NearEntry<V> entry, long startedNanos, boolean loads) {
        this.key = key;
        this.farKey = farKey;
        this.bucket = bucket;
        this.entry = entry;
        this.startedNanos = startedNanos;
        this.loads = loads;
    }

    /** A flight that no one can join, and whose value will not be kept. */
    static <K, V> Flight<K, V> unregistered(K key, @Nullable FarKey farKey, long now) {
        var fallen = new NearEntry<V>(null);
        fallen.fall();
        return new Flight<>(key, farKey, farKey == null ? 0 : farKey.bucket(), fallen, now, false);
    }

    /** Whether a read that began at {@code now} may take this flight's result for its own. */
    boolean joinable(long now, boolean trusted, long boundNanos) {
        return loads && (trusted || startedNanos + boundNanos - now > 0) && entry.stands();
    }

    /** The end of a flight that leaves those who wait to a stale near value; never thrown to anybody. */
    static final class CutOff extends RuntimeException {
        private static final long serialVersionUID = 1L;

        CutOff() {
            super("the far level is away", null, false, false);
        }
    }

    /** Whether somebody has begun to end it. */
    boolean isOver() {
        return over.get();
    }

    /** Whoever is told true ends it, and nobody else does: a load that returns late must not overtake its timeout. */
    boolean tryEnd() {
        return over.compareAndSet(false, true);
    }
}
