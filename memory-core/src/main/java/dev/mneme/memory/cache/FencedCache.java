package dev.mneme.memory.cache;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.mneme.Tenant;
import dev.mneme.Ticker;
import dev.mneme.memory.cache.spi.Dropped;
import dev.mneme.memory.cache.spi.FarKey;
import dev.mneme.memory.cache.spi.FarLevel;
import dev.mneme.memory.cache.spi.FarRead;
import dev.mneme.memory.cache.spi.LeaseMode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The cache itself: a near level behind fences, flights for what is missing, and a far level if the memory has one. */
final class FencedCache<K, V> implements TieredCache<K, V> {

    private final CacheSettings<K, V> settings;
    private final Caches caches;
    private final @Nullable FarLevel far;
    private final @Nullable KeyCodec<K> keys;
    private final NearLevel<K, V> near;
    private final Flights<K, V> flights;
    private final Fetch<K, V> fetch;
    private final Loading<K, V> loading;
    private final CacheCounters counters = new CacheCounters();
    private final Ticker ticker;
    private final long patienceNanos;
    private volatile boolean bypassed;

    FencedCache(
            Caches caches, CacheSettings<K, V> settings, @Nullable KeyCodec<K> keys, @Nullable ValueCodec<V> codec) {
        this.caches = caches;
        this.settings = settings;
        this.keys = keys;
        this.far = caches.far();
        this.ticker = caches.ticker();
        this.bypassed = settings.bypass;
        LoadThreads threads = caches.threads();
        this.near = new NearLevel<>(settings, ticker, caches.coherence());
        this.flights = new Flights<>(settings, near, ticker, caches.bound().toNanos());
        this.loading = new Loading<>(
                settings, far, codec, near, flights, counters, threads, ticker, caches.random(), caches::event);
        this.fetch = new Fetch<>(settings, far, codec, near, flights, loading, counters, threads, ticker);
        // another's lease, then a load of one's own, with what the far level takes for each
        this.patienceNanos = 2 * settings.leaseFor().toNanos() + 4 * settings.farTimeout.toNanos();
    }

    @Override
    public String name() {
        return settings.name;
    }

    @Override
    public V get(K key) {
        if (!bypassed) {
            long now = ticker.nanos();
            NearEntry<V> entry = near.find(key, now);
            if (entry != null) {
                V value = entry.value;
                counters.nearHits.increment();
                if (entry.worthRenewing(now)) {
                    renew(key);
                }
                if (value != null) {
                    return value;
                }
                throw new ValueAbsentException(settings.name);
            }
        }
        return valueOf(obtain(key));
    }

    @Override
    public Optional<V> getOptional(K key) {
        return Optional.ofNullable(obtain(key).value());
    }

    private V valueOf(Loaded<V> loaded) {
        V value = loaded.value();
        if (value == null) {
            throw new ValueAbsentException(settings.name);
        }
        return value;
    }

    /** Near, far, from a load under way, or loaded now. */
    private Loaded<V> obtain(K key) {
        FarKey farKey = enter(key);
        if (!bypassed) {
            long now = ticker.nanos();
            NearEntry<V> entry = near.find(key, farKey == null ? 0 : farKey.bucket(), now);
            if (entry != null) {
                counters.nearHits.increment();
                renewIfDue(key, entry, now);
                return entry.loaded(false);
            }
        }
        refuseReentry(key);
        if (bypassed) {
            return await(loadAlone(key, farKey));
        }
        long began = ticker.nanos();
        return result(boarded(key, farKey, began), key, farKey, began);
    }

    private Flight<K, V> boarded(K key, @Nullable FarKey farKey, long now) {
        Flights.Seat<K, V> seat = flights.board(key, farKey, false, now);
        if (!seat.leads()) {
            counters.joined.increment();
        } else if (!landedMeanwhile(seat.flight(), now)) {
            fetch.lead(seat.flight());
        }
        return seat.flight();
    }

    /** A flight's result, or a later one's if the flight took so long that its value was over before the read began. */
    Loaded<V> result(Flight<K, V> flight, K key, @Nullable FarKey farKey, long beganNanos) {
        Loaded<V> loaded = await(flight);
        return loaded.endedBy(beganNanos) ? await(boarded(key, farKey, ticker.nanos())) : loaded;
    }

    /** Whether another flight of the key ended between this reader's look at the near level and its own flight. */
    boolean landedMeanwhile(Flight<K, V> flight, long now) {
        NearEntry<V> entry = near.find(flight.key, flight.bucket, now);
        if (entry == null) {
            return false;
        }
        if (flight.tryEnd()) {
            counters.nearHits.increment();
            flights.end(flight);
            flight.result.complete(entry.loaded(false));
        }
        return true;
    }

    /** A load of this reader's own, which is stored nowhere. */
    private Flight<K, V> loadAlone(K key, @Nullable FarKey farKey) {
        Flight<K, V> flight = Flight.unregistered(key, farKey, ticker.nanos());
        loading.start(flight, ticker.nanos());
        return flight;
    }

    void renewIfDue(K key, NearEntry<V> entry, long now) {
        if (entry.worthRenewing(now)) {
            renew(key);
        }
    }

    private void renew(K key) {
        FarKey farKey = farKey(key);
        Flight<K, V> flight = flights.tryBoard(key, farKey);
        if (flight != null) {
            fetch.lease(flight, LeaseMode.IF_FREE, null);
        }
    }

    private Loaded<V> await(Flight<K, V> flight) {
        CompletableFuture<Loaded<V>> result = flight.result;
        try {
            if (settings.softTimeout != null && !result.isDone()) {
                try {
                    return result.get(settings.softTimeout.toNanos(), NANOSECONDS);
                } catch (TimeoutException e) {
                    Loaded<V> stale = loading.standIn(flight);
                    if (stale != null) {
                        return stale;
                    }
                }
            }
            return result.get(patienceNanos, NANOSECONDS);
        } catch (ExecutionException e) {
            return afterFailure(flight, e.getCause());
        } catch (TimeoutException e) {
            throw loading.failure(CacheEvent.Cause.TIMED_OUT, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CacheLoadException(
                    "cache " + settings.name + ": interrupted while waiting for a load, which goes on",
                    CacheEvent.Cause.TIMED_OUT,
                    e);
        }
    }

    private Loaded<V> afterFailure(Flight<K, V> flight, @Nullable Throwable failure) {
        if (failure instanceof Flight.CutOff) {
            Loaded<V> stale = near.whileDisconnected(flight.key, flight.bucket);
            if (stale == null) {
                return await(loadAlone(flight.key, flight.farKey)); // dropped since
            }
            counters.staleHits.increment();
            return stale;
        }
        Loaded<V> stale = loading.standIn(flight);
        if (stale != null) {
            return stale;
        }
        throw failure instanceof CacheLoadException known ? known : loading.failure(CacheEvent.Cause.THROWN, failure);
    }

    @Override
    public Optional<V> find(K key) {
        return lookup(key).optional();
    }

    @Override
    public Lookup<V> lookup(K key) {
        FarKey farKey = enter(key);
        if (bypassed) {
            return new Lookup.Miss<>();
        }
        int bucket = farKey == null ? 0 : farKey.bucket();
        long now = ticker.nanos();
        NearEntry<V> entry = near.find(key, bucket, now);
        if (entry != null) {
            counters.nearHits.increment();
            return entry.loaded(false).lookup(now);
        }
        return farKey == null || far == null ? new Lookup.Miss<>() : lookFar(key, farKey);
    }

    private Lookup<V> lookFar(K key, FarKey farKey) {
        Flight<K, V> probe = flights.tryProbe(key, farKey);
        Flight<K, V> flight = probe == null ? Flight.unregistered(key, farKey, ticker.nanos()) : probe;
        long asked = ticker.nanos();
        FarRead read;
        try {
            read = fetch.read(farKey);
            if (read instanceof FarRead.Hit hit && fetch.land(flight, hit, asked)) {
                return requireNonNull(flight.result.getNow(null)).lookup(ticker.nanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Lookup.Miss<>();
        } finally {
            flights.end(flight);
        }
        Loaded<V> stale = read == null ? near.whileDisconnected(key, farKey.bucket()) : null;
        if (stale == null) {
            return new Lookup.Miss<>();
        }
        counters.staleHits.increment();
        return stale.lookup(ticker.nanos());
    }

    @Override
    public Batch<K, V> getAll(Collection<K> all) {
        return new BatchRead<>(this, settings, far, near, flights, fetch, loading, counters).get(all, bypassed);
    }

    /** A key that is asked for one by one: near or on its way. */
    Flight<K, V> alone(K key, @Nullable FarKey farKey) {
        refuseReentry(key);
        return loadAlone(key, farKey);
    }

    long now() {
        return ticker.nanos();
    }

    @Override
    public V refresh(K key) {
        FarKey farKey = enter(key);
        refuseReentry(key);
        if (bypassed) {
            return valueOf(await(loadAlone(key, farKey)));
        }
        Flight<K, V> flight = flights.board(key, farKey, true, ticker.nanos()).flight();
        fetch.lease(flight, LeaseMode.ALWAYS, null);
        return valueOf(await(flight));
    }

    @Override
    public int warmUp(Collection<K> all) {
        int warm = 0;
        var chunk = new ArrayList<K>(BatchRead.CHUNK);
        for (K key : all) {
            chunk.add(key);
            if (chunk.size() == BatchRead.CHUNK) {
                warm += warm(chunk);
                chunk.clear();
            }
        }
        return warm + warm(chunk);
    }

    private int warm(List<K> chunk) {
        if (chunk.isEmpty()) {
            return 0;
        }
        Batch<K, V> batch = getAll(chunk);
        return batch.values().size() + batch.absent().size();
    }

    @Override
    public Ack invalidate(K key) {
        return invalidateAll(List.of(key));
    }

    @Override
    public Ack invalidateAll(Collection<K> all) {
        List<K> named = List.copyOf(all);
        List<FarKey> farKeys = farKeys(named);
        counters.invalidations.add(named.size());
        if (far == null || named.isEmpty()) {
            named.forEach(flights::drop);
            return Ack.DONE;
        }
        Ack ack = awaitAck(far.invalidate(farKeys, settings.replicated));
        // after the reply: what was read before it must not stay, and before returning: nothing older is promised
        named.forEach(flights::drop);
        return counted(ack, named.size());
    }

    private List<FarKey> farKeys(List<K> named) {
        var farKeys = new ArrayList<FarKey>(named.size());
        for (K key : named) {
            FarKey farKey = enter(key);
            if (farKey != null) {
                farKeys.add(farKey);
            }
        }
        return farKeys;
    }

    @Override
    public Ack invalidateScope(String path) {
        if (settings.scope == null) {
            throw new IllegalStateException("cache " + settings.name + " must have a scope function to drop a scope");
        }
        CacheSettings.path(path);
        caches.checkOpen();
        counters.invalidations.increment();
        if (far == null) {
            near.fences.fallScope(path);
            return Ack.DONE;
        }
        Ack ack = awaitAck(
                far.invalidateScope(new Dropped.Scope(settings.name, path), settings.schema, settings.replicated));
        near.fences.fallScope(path);
        return counted(ack, 1);
    }

    @Override
    public Ack clear() {
        caches.checkOpen();
        counters.invalidations.increment();
        Ack ack = Ack.DONE;
        if (far != null) {
            var stages = new ArrayList<CompletionStage<Ack>>();
            for (int bucket = 0; bucket < FarKey.BUCKETS; bucket++) {
                stages.add(far.invalidateScope(
                        new Dropped.Root(settings.name, bucket), settings.schema, settings.replicated));
            }
            for (CompletionStage<Ack> stage : stages) {
                ack = ack.and(awaitAck(stage));
            }
        }
        for (int bucket = 0; bucket < FarKey.BUCKETS; bucket++) {
            near.fences.fallBucket(bucket);
        }
        near.removeAll();
        return counted(ack, 1);
    }

    private Ack counted(Ack ack, int count) {
        if (ack == Ack.PENDING) {
            counters.pending.add(count);
        }
        return ack;
    }

    /** The far level's answer. It is bounded by the far level and must be known, so an interrupt has to wait. */
    private static Ack awaitAck(CompletionStage<Ack> stage) {
        CompletableFuture<Ack> answer = stage.toCompletableFuture();
        return answer.join();
    }

    @Override
    public void bypass(boolean on) {
        caches.checkOpen();
        if (on != bypassed) {
            bypassed = on;
            if (!on) {
                return;
            }
            for (int bucket = 0; bucket < FarKey.BUCKETS; bucket++) {
                near.fences.fallBucket(bucket);
            }
            near.removeAll();
        }
    }

    @Override
    public CompletionStage<V> getAsync(K key) {
        if (!bypassed) {
            long now = ticker.nanos();
            NearEntry<V> entry = near.find(key, now);
            V value = entry == null ? null : entry.value;
            if (entry != null && value != null) {
                counters.nearHits.increment();
                renewIfDue(key, entry, now);
                return CompletableFuture.completedFuture(value);
            }
        }
        return async(() -> get(key));
    }

    @Override
    public CompletionStage<Batch<K, V>> getAllAsync(Collection<K> all) {
        List<K> copy = List.copyOf(all);
        return async(() -> getAll(copy));
    }

    @Override
    public CompletionStage<V> refreshAsync(K key) {
        return async(() -> refresh(key));
    }

    @Override
    public CompletionStage<Ack> invalidateAsync(K key) {
        return async(() -> invalidate(key));
    }

    private <T> CompletionStage<T> async(Supplier<T> call) {
        caches.checkOpen();
        try {
            return CompletableFuture.supplyAsync(call, caches.threads().reading);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(loading.failure(CacheEvent.Cause.BUSY, e));
        }
    }

    @Override
    public CacheStats stats() {
        return counters.stats(near.size());
    }

    @Override
    public CacheHealth health() {
        return caches.health(bypassed);
    }

    @Override
    public void onEvent(Consumer<? super CacheEvent> listener) {
        caches.listen(settings.name, listener);
    }

    // what the bus says

    void drop(Dropped.Keys dropped, int bucket) {
        for (String text : dropped.keys()) {
            try {
                flights.drop(requireNonNull(keys).decode(text));
            } catch (RuntimeException | LinkageError e) {
                near.fences.fallBucket(
                        bucket); // another release writes keys otherwise: better too much than too little
            }
        }
    }

    void dropScope(String path) {
        near.fences.fallScope(path);
    }

    void dropBucket(int bucket) {
        near.fences.fallBucket(bucket);
    }

    /** Makes all of an owner unservable here. Takes a pass over what is near. */
    int dropOwner(String owner) {
        var ownerOf = settings.owner;
        if (ownerOf == null) {
            return 0;
        }
        int dropped = 0;
        var seen = new HashSet<>(near.keys());
        seen.addAll(flights.keys());
        for (K key : seen) {
            if (ownerOf.apply(key).equals(new Tenant(owner))) {
                flights.drop(key);
                dropped++;
            }
        }
        return dropped;
    }

    /** Ends what is under way; the quick read of a closed memory goes the slow way, where it is refused. */
    void close() {
        bypassed = true;
        flights.all().forEach(flight -> loading.fail(flight, CacheEvent.Cause.BUSY, null));
    }

    // arguments

    @Nullable
    FarKey enter(K key) {
        caches.checkOpen();
        if (key instanceof CharSequence text) {
            settings.check(text);
        }
        return farKey(requireNonNull(key, "key"));
    }

    @Nullable
    FarKey farKey(K key) {
        return keys == null ? null : settings.farKey(key, keys);
    }

    private void refuseReentry(K key) {
        if (loading.isUnderWayHere(key)) {
            throw new IllegalStateException(
                    "the loader of cache " + settings.name + " must not ask it for the key that it is loading");
        }
    }
}
