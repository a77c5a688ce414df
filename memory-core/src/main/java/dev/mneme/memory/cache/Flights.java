package dev.mneme.memory.cache;

import dev.mneme.Ticker;
import dev.mneme.memory.cache.spi.FarKey;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The flights of a cache: at most one that can be joined for each key.
 *
 * <p>A flight is in the table from before anything is read for it until after its value is near. So whoever drops a key
 * finds either the flight, and lets its fence fall, or the entry, and removes it.
 */
final class Flights<K, V> {

    private final ConcurrentHashMap<K, Flight<K, V>> table = new ConcurrentHashMap<>();
    private final CacheSettings<K, V> settings;
    private final NearLevel<K, V> near;
    private final Ticker ticker;
    private final long boundNanos;

    Flights(CacheSettings<K, V> settings, NearLevel<K, V> near, Ticker ticker, long boundNanos) {
        this.settings = settings;
        this.near = near;
        this.ticker = ticker;
        this.boundNanos = boundNanos;
    }

    /** Who reads what: a flight, and whether the caller is the one to carry it out. */
    record Seat<K, V>(Flight<K, V> flight, boolean leads) {}

    /**
     * A flight that a read beginning now may take the result of: one under way or a new one.
     *
     * @param fresh whether only a new one will do; what is under way then serves those who wait for it and no others
     * @param now the ticker's reading since the read began
     */
    Seat<K, V> board(K key, @Nullable FarKey farKey, boolean fresh, long now) {
        int bucket = farKey == null ? 0 : farKey.bucket();
        boolean trusted = near.trusted(bucket, now);
        Flight<K, V> mine = null;
        while (true) {
            Flight<K, V> current = table.get(key);
            if (current != null && !fresh && current.joinable(now, trusted, boundNanos)) {
                return new Seat<>(current, false);
            }
            if (mine == null) {
                mine = create(key, farKey, bucket, now, true);
            }
            if (current != null) {
                // once out of the table it would not hear of an invalidation: it has to fall first
                current.entry.fall();
            }
            if (current == null ? table.putIfAbsent(key, mine) == null : table.replace(key, current, mine)) {
                return new Seat<>(mine, true);
            }
        }
    }

    /** A new flight of a reader that will not load; null if there is a flight of this key already. */
    @Nullable
    Flight<K, V> tryProbe(K key, @Nullable FarKey farKey) {
        Flight<K, V> mine = create(key, farKey, farKey == null ? 0 : farKey.bucket(), ticker.nanos(), false);
        return table.putIfAbsent(key, mine) == null ? mine : null;
    }

    /** A new flight that loads, unless there is one of this key already. */
    @Nullable
    Flight<K, V> tryBoard(K key, @Nullable FarKey farKey) {
        Flight<K, V> mine = create(key, farKey, farKey == null ? 0 : farKey.bucket(), ticker.nanos(), true);
        return table.putIfAbsent(key, mine) == null ? mine : null;
    }

    private Flight<K, V> create(K key, @Nullable FarKey farKey, int bucket, long now, boolean loads) {
        Fence around = near.fences.innermost(bucket, farKey == null ? settings.scopes(key) : farKey.scopes());
        return new Flight<>(key, farKey, bucket, new NearEntry<>(around), now, loads);
    }

    /** Takes a flight out, once its value is near or it has none. */
    void end(Flight<K, V> flight) {
        table.remove(flight.key, flight);
    }

    /** Makes a key unservable on this node: what is under way for it and what is near. */
    void drop(K key) {
        Flight<K, V> flight = table.get(key);
        if (flight != null) {
            flight.entry.fall();
            table.remove(key, flight);
        }
        near.remove(key);
    }

    List<Flight<K, V>> all() {
        return List.copyOf(table.values());
    }

    Set<K> keys() {
        return table.keySet();
    }
}
