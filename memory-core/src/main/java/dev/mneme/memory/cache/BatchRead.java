package dev.mneme.memory.cache;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.mneme.memory.cache.spi.FarKey;
import dev.mneme.memory.cache.spi.FarLevel;
import dev.mneme.memory.cache.spi.FarRead;
import dev.mneme.memory.cache.spi.LeaseAnswer;
import dev.mneme.memory.cache.spi.LeaseMode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One read of many keys: each key near, from a flight under way, or by a flight of this read; those are carried out
 * together. Used by one thread, once.
 */
final class BatchRead<K, V> {

    /** How many keys are warmed up at once. */
    static final int CHUNK = 100;

    private final FencedCache<K, V> cache;
    private final CacheSettings<K, V> settings;
    private final @Nullable FarLevel far;
    private final NearLevel<K, V> near;
    private final Flights<K, V> flights;
    private final Fetch<K, V> fetch;
    private final Loading<K, V> loading;
    private final CacheCounters counters;

    /** What is asked of near values and of flights under way is asked for this time. */
    private final long beganNanos;

    private final Map<K, Place<K, V>> places = new LinkedHashMap<>();

    /** Where a key's value comes from: it was near, or it is in a flight. */
    private static final class Place<K, V> {
        final @Nullable FarKey farKey;

        @Nullable
        Loaded<V> found;

        @Nullable
        Flight<K, V> waiting;

        Place(@Nullable FarKey farKey) {
            this.farKey = farKey;
        }
    }

    BatchRead(
            FencedCache<K, V> cache,
            CacheSettings<K, V> settings,
            @Nullable FarLevel far,
            NearLevel<K, V> near,
            Flights<K, V> flights,
            Fetch<K, V> fetch,
            Loading<K, V> loading,
            CacheCounters counters) {
        this.cache = cache;
        this.settings = settings;
        this.far = far;
        this.near = near;
        this.flights = flights;
        this.fetch = fetch;
        this.loading = loading;
        this.counters = counters;
        this.beganNanos = cache.now();
    }

    Batch<K, V> get(Collection<K> all, boolean bypassed) {
        for (K key : all) {
            places.put(key, new Place<>(cache.enter(key))); // every key is checked before anything is read
        }
        List<Flight<K, V>> led = new ArrayList<>();
        try {
            places.forEach((key, place) -> board(key, place, bypassed, led));
            if (!led.isEmpty()) {
                carryOut(led);
            }
        } catch (RuntimeException | Error e) {
            led.forEach(flight -> loading.fail(flight, CacheEvent.Cause.THROWN, e)); // others may wait for them
            throw e;
        }
        return gather();
    }

    private void board(K key, Place<K, V> place, boolean bypassed, List<Flight<K, V>> led) {
        FarKey farKey = place.farKey;
        if (bypassed) {
            place.waiting = cache.alone(key, farKey);
            return;
        }
        NearEntry<V> entry = near.find(key, farKey == null ? 0 : farKey.bucket(), beganNanos);
        if (entry != null) {
            counters.nearHits.increment();
            cache.renewIfDue(key, entry, beganNanos);
            place.found = entry.loaded(false);
            return;
        }
        if (loading.isUnderWayHere(key)) {
            throw new IllegalStateException(
                    "the loader of cache " + settings.name + " must not ask it for the key that it is loading");
        }
        Flights.Seat<K, V> seat = flights.board(key, farKey, false, beganNanos);
        place.waiting = seat.flight();
        if (!seat.leads()) {
            counters.joined.increment();
        } else if (!cache.landedMeanwhile(seat.flight(), beganNanos)) {
            led.add(seat.flight());
        }
    }

    /** From here on others may wait for these flights: each must end, whatever happens. */
    private void carryOut(List<Flight<K, V>> led) {
        if (far == null) {
            load(led, cache.now());
            return;
        }
        List<FarKey> farKeys =
                led.stream().map(flight -> requireNonNull(flight.farKey)).toList();
        long askedRead = cache.now();
        List<FarRead> reads;
        try {
            reads = fetch.await(far.read(farKeys).toCompletableFuture());
        } catch (InterruptedException e) {
            led.forEach(flight -> fetch.handOver(flight, () -> fetch.lead(flight)));
            Thread.currentThread().interrupt();
            return;
        }
        var missing = new ArrayList<Flight<K, V>>();
        for (int i = 0; i < led.size(); i++) {
            FarRead read = reads == null ? null : reads.get(i);
            if (read instanceof FarRead.Miss) {
                missing.add(led.get(i));
            } else if (read instanceof FarRead.Hit) {
                fetch.arrived(led.get(i), read, askedRead);
            } else if (read instanceof FarRead.Expired expired) {
                fetch.remember(led.get(i), expired);
                missing.add(led.get(i));
            } else if (!fetch.landStale(led.get(i))) {
                missing.add(led.get(i));
            }
        }
        lease(missing, reads == null);
    }

    private void lease(List<Flight<K, V>> missing, boolean away) {
        var mine = new ArrayList<Flight<K, V>>();
        if (away) {
            load(missing, cache.now());
            return;
        }
        long askedLease = cache.now();
        var asked = new LinkedHashMap<Flight<K, V>, CompletableFuture<LeaseAnswer>>();
        for (Flight<K, V> flight : missing) {
            asked.put(flight, fetch.askLease(flight, LeaseMode.IF_MISSING, null));
        }
        long until = System.nanoTime() + settings.farTimeout.toNanos();
        asked.forEach((flight, answer) -> {
            LeaseAnswer given = awaitUntil(flight, answer, until);
            if (given instanceof LeaseAnswer.Found found && fetch.land(flight, found.hit(), askedLease)) {
                return;
            }
            if (given instanceof LeaseAnswer.Held) {
                fetch.lease(flight, LeaseMode.IF_MISSING, null);
                return;
            }
            if (given instanceof LeaseAnswer.Granted granted) {
                flight.lease = granted.token();
            }
            mine.add(flight);
        });
        load(mine, askedLease);
    }

    private @Nullable LeaseAnswer awaitUntil(Flight<K, V> flight, CompletableFuture<LeaseAnswer> answer, long until) {
        try {
            return answer.get(Math.max(0, until - System.nanoTime()), NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            counters.farFailures.increment();
        }
        fetch.releaseLate(flight, answer);
        return null;
    }

    private void load(List<Flight<K, V>> mine, long fromNanos) {
        BulkLoader<K, V> bulk = settings.bulkLoader;
        if (bulk == null || mine.size() < 2) {
            mine.forEach(flight -> loading.start(flight, fromNanos));
        } else {
            loading.startAll(mine, fromNanos, bulk);
        }
    }

    private Batch<K, V> gather() {
        var values = new LinkedHashMap<K, V>();
        var absent = new LinkedHashSet<K>();
        var failed = new LinkedHashMap<K, CacheLoadException>();
        places.forEach((key, place) -> {
            try {
                Flight<K, V> flight = place.waiting;
                Loaded<V> loaded = flight == null ? place.found : cache.result(flight, key, place.farKey, beganNanos);
                V value = requireNonNull(loaded).value();
                if (value == null) {
                    absent.add(key);
                } else {
                    values.put(key, value);
                }
            } catch (CacheLoadException e) {
                failed.put(key, e);
            }
        });
        return new Batch<>(
                Collections.unmodifiableMap(values),
                Collections.unmodifiableSet(absent),
                Collections.unmodifiableMap(failed));
    }
}
