package dev.mneme.memory.cache;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.mneme.Ticker;
import dev.mneme.memory.cache.spi.FarLevel;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** Runs the loads of a cache and stores what they give: far, if a lease was granted, and near. */
final class Loading<K, V> {

    /** The loads this thread is in the middle of, the innermost first. */
    private static final ThreadLocal<@Nullable Under> UNDER = new ThreadLocal<>();

    private record Under(
            Loading<?, ?> loading, Set<?> keys, @Nullable Under around) {}

    private final CacheSettings<K, V> settings;
    private final @Nullable FarLevel far;
    private final @Nullable ValueCodec<V> codec;
    private final NearLevel<K, V> near;
    private final Flights<K, V> flights;
    private final CacheCounters counters;
    private final LoadThreads threads;
    private final LoadGate gate;
    private final Ticker ticker;
    private final DoubleSupplier random;
    private final Consumer<CacheEvent> events;
    private final long hardNanos;

    Loading(
            CacheSettings<K, V> settings,
            @Nullable FarLevel far,
            @Nullable ValueCodec<V> codec,
            NearLevel<K, V> near,
            Flights<K, V> flights,
            CacheCounters counters,
            LoadThreads threads,
            Ticker ticker,
            DoubleSupplier random,
            Consumer<CacheEvent> events) {
        this.settings = settings;
        this.far = far;
        this.codec = codec;
        this.near = near;
        this.flights = flights;
        this.counters = counters;
        this.threads = threads;
        this.gate = new LoadGate(settings.maxConcurrentLoads, threads.loading);
        this.ticker = ticker;
        this.random = random;
        this.events = events;
        this.hardNanos = settings.hardTimeout.toNanos();
    }

    /** Whether the calling thread is in the middle of a load, of whatever cache. */
    static boolean isLoadingHere() {
        return UNDER.get() != null;
    }

    /** Whether the calling thread is loading this key of this cache: it would wait for itself. */
    boolean isUnderWayHere(K key) {
        for (Under under = UNDER.get(); under != null; under = under.around()) {
            if (under.loading() == this && under.keys().contains(key)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Loads a flight's value and stores it, far only under a lease.
     *
     * @param fromNanos the ticker's reading before the lease was asked for: from then on the value lives
     */
    void start(Flight<K, V> flight, long fromNanos) {
        run(new RunningLoad(List.of(flight), fromNanos, (keys, context) -> one(flight.key, context)));
    }

    private Map<K, V> one(K key, LoadContext context) throws Exception {
        V value = settings.loader.load(key, context);
        return value == null ? Map.of() : Map.of(key, value);
    }

    /** Loads many flights' values by one call of the bulk loader. */
    void startAll(List<Flight<K, V>> many, long fromNanos, BulkLoader<K, V> bulk) {
        run(new RunningLoad(many, fromNanos, (keys, context) -> bulk.load(keys)));
    }

    private void run(RunningLoad load) {
        try {
            load.timeOutIn(hardNanos);
            if (isLoadingHere()) {
                load.run(); // a load within a load: it has a thread and a permit, and to wait for others could be
                // for ever
            } else if (!gate.submit(load)) {
                load.giveUp(CacheEvent.Cause.BUSY, null);
            }
        } catch (RejectedExecutionException e) {
            load.giveUp(CacheEvent.Cause.BUSY, e);
        }
    }

    /** What a load asks: the source for one key or the bulk loader for many. */
    private interface Question<K, V> {
        Map<K, V> ask(Set<K> keys, LoadContext context) throws Exception;
    }

    /** One call of a loader: waits for its turn, runs, is stored or given up. */
    private final class RunningLoad implements LoadGate.Load {
        private final List<Flight<K, V>> flown;
        private final Question<K, V> question;
        private final long fromNanos;
        private final Interruption interruption = new Interruption();

        RunningLoad(List<Flight<K, V>> flown, long fromNanos, Question<K, V> question) {
            this.flown = flown;
            this.fromNanos = fromNanos;
            this.question = question;
        }

        void timeOutIn(long nanos) {
            var timeout = threads.timer.schedule(() -> giveUp(CacheEvent.Cause.TIMED_OUT, null), nanos, NANOSECONDS);
            var results = flown.stream().map(flight -> flight.result).toArray(CompletableFuture<?>[]::new);
            CompletionStage<Void> over = CompletableFuture.allOf(results);
            over.whenComplete((all, failure) -> timeout.cancel(false));
        }

        @Override
        public void refused(RejectedExecutionException why) {
            giveUp(CacheEvent.Cause.BUSY, why);
        }

        void giveUp(CacheEvent.Cause cause, @Nullable Throwable thrown) {
            flown.forEach(flight -> fail(flight, cause, thrown));
            interruption.interrupt(); // after: what the loader makes of it must not come first
        }

        @Override
        public void run() {
            var keys = new LinkedHashSet<K>();
            flown.stream().filter(flight -> !flight.isOver()).forEach(flight -> keys.add(flight.key));
            if (keys.isEmpty()) {
                flown.forEach(Loading.this::release); // given up while it waited for its turn, or before its lease came
                return;
            }
            interruption.begin();
            Under around = UNDER.get();
            UNDER.set(new Under(Loading.this, keys, around));
            try {
                var context = new Context(fromNanos);
                Map<K, V> values;
                try {
                    values = question.ask(keys, context);
                } finally {
                    interruption.end();
                }
                flown.forEach(flight -> storeOrFail(flight, values.get(flight.key), context));
            } catch (Throwable e) { // whatever foreign code throws must reach those who wait
                giveUp(CacheEvent.Cause.THROWN, e);
            } finally {
                if (around == null) {
                    UNDER.remove();
                } else {
                    UNDER.set(around);
                }
            }
        }

        private void storeOrFail(Flight<K, V> flight, @Nullable V value, Context context) {
            try {
                store(flight, fromNanos, value, context);
            } catch (Unstorable e) {
                fail(flight, CacheEvent.Cause.UNSTORABLE, e);
            }
        }
    }

    /** Stores a value that was loaded, and gives it to those who wait. */
    private void store(Flight<K, V> flight, long fromNanos, @Nullable V value, Context context) throws Unstorable {
        long ttl = value == null ? settings.negativeTtl.toNanos() : context.ttlNanos(settings.ttl.toNanos());
        long liveNanos = context.stored ? shortened(ttl) : 0;
        String token = flight.lease;
        byte[] payload = token == null || value == null || liveNanos <= 0 ? null : encode(value);
        if (!flight.tryEnd()) {
            release(flight); // given up meanwhile
            return;
        }
        long endNanos = fromNanos + (liveNanos > 0 ? liveNanos : settings.ttl.toNanos());
        var loaded = new Loaded<>(value, Level.SOURCE, fromNanos, endNanos, false);
        try {
            if (liveNanos <= 0) {
                release(flight);
                return;
            }
            if (token != null) {
                fill(flight, token, payload, liveNanos);
            }
            near.keep(flight, loaded, fromNanos, shortened(settings.nearTtl.toNanos()));
        } finally {
            // also if a weigher throws: the value is there, and somebody waits for it
            counters.loads.increment();
            flights.end(flight);
            flight.result.complete(loaded);
        }
    }

    private void fill(Flight<K, V> flight, String token, byte @Nullable [] payload, long liveNanos) {
        requireNonNull(far)
                .fill(requireNonNull(flight.farKey), token, payload, Duration.ofNanos(liveNanos), settings.staleOnError)
                .whenComplete((stored, failure) -> {
                    if (failure != null) {
                        counters.farFailures.increment();
                        release(flight); // if it was not stored, others would wait for what never comes
                    } else if (!stored) {
                        counters.refusedFills.increment();
                    }
                });
    }

    private byte[] encode(V value) throws Unstorable {
        byte[] payload;
        try {
            payload = requireNonNull(codec).encode(value);
        } catch (Exception | LinkageError | StackOverflowError e) {
            throw new Unstorable("its codec cannot write the value", e);
        }
        if (payload.length > settings.maxValueBytes) {
            throw new Unstorable(
                    "a value must have at most " + settings.maxValueBytes + " bytes once written, had "
                            + payload.length,
                    null);
        }
        return payload;
    }

    /** Gives a flight's lease back, if it has one; harmless if that was done before. */
    private void release(Flight<K, V> flight) {
        String token = flight.lease;
        if (token != null && far != null) {
            flight.lease = null;
            far.release(requireNonNull(flight.farKey), token);
        }
    }

    /**
     * Ends a flight without a value, and its lease with it. Whether a stale one may stand in, each of those who wait finds
     * out for itself.
     */
    void fail(Flight<K, V> flight, CacheEvent.Cause cause, @Nullable Throwable thrown) {
        if (!flight.tryEnd()) {
            return;
        }
        release(flight);
        counters.failedLoads.increment();
        tell(new CacheEvent.LoadFailed(settings.name, cause));
        flights.end(flight);
        flight.result.completeExceptionally(failure(cause, thrown));
    }

    /** A stale value for those who cannot wait longer for a flight; null if there is none. */
    @Nullable
    Loaded<V> standIn(Flight<K, V> flight) {
        // read anew by each who waits: as the flight's result, it could be given to one who joined after it was dropped
        Loaded<V> stale = near.onError(flight.key, flight.bucket);
        stale = stale == null ? flight.expired : stale;
        if (stale != null) {
            counters.staleHits.increment();
        }
        return stale;
    }

    CacheLoadException failure(CacheEvent.Cause cause, @Nullable Throwable thrown) {
        String what = switch (cause) {
            case THROWN -> "the loader failed";
            case TIMED_OUT -> "the load took longer than the hard timeout of " + settings.hardTimeout;
            case BUSY -> "too many loads are waiting, or the memory is closed";
            case UNSTORABLE -> thrown == null ? "the value cannot be stored" : thrown.getMessage();
        };
        return new CacheLoadException(
                "cache " + settings.name + ": " + what,
                cause,
                thrown instanceof Unstorable ? thrown.getCause() : thrown);
    }

    /** A time to live, shortened at random by the cache's jitter. */
    long shortened(long nanos) {
        return settings.jitter == 0 ? nanos : nanos - (long) (nanos * settings.jitter * random.getAsDouble());
    }

    void tell(CacheEvent event) {
        events.accept(event);
    }

    /** How a loader shapes its load. */
    final class Context implements LoadContext {
        private final long fromNanos;
        private long ttlNanos = -1;
        private boolean stored = true;

        Context(long fromNanos) {
            this.fromNanos = fromNanos;
        }

        @Override
        public void ttl(Duration ttl) {
            if (ttl.isNegative() || ttl.isZero()) {
                throw new IllegalArgumentException("ttl must be more than zero, was " + ttl);
            }
            ttlNanos = ttl.compareTo(Duration.ofDays(3650)) > 0
                    ? Duration.ofDays(3650).toNanos()
                    : ttl.toNanos();
        }

        @Override
        public void doNotStore() {
            stored = false;
        }

        @Override
        public Duration remaining() {
            return Duration.ofNanos(Math.max(0, fromNanos + hardNanos - ticker.nanos()));
        }

        long ttlNanos(long usual) {
            return ttlNanos < 0 ? usual : ttlNanos;
        }
    }

    /** A value that cannot be written. */
    static final class Unstorable extends Exception {
        private static final long serialVersionUID = 1L;

        Unstorable(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
