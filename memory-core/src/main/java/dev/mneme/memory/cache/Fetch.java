package dev.mneme.memory.cache;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.mneme.Ticker;
import dev.mneme.memory.cache.spi.FarKey;
import dev.mneme.memory.cache.spi.FarLevel;
import dev.mneme.memory.cache.spi.FarRead;
import dev.mneme.memory.cache.spi.LeaseAnswer;
import dev.mneme.memory.cache.spi.LeaseMode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Carries flights out: reads far, else asks for the lease, else waits for who has it, else loads.
 *
 * <p>The first far read runs on the reader's own thread, since a hit there should cost one wake-up; all that comes after
 * it runs on threads of the memory, so that an interrupted or impatient reader leaves nobody stranded.
 */
final class Fetch<K, V> {

    private static final long FIRST_WAIT_NANOS = 2_000_000;
    private static final long LONGEST_WAIT_NANOS = 50_000_000;

    private final CacheSettings<K, V> settings;
    private final @Nullable FarLevel far;
    private final @Nullable ValueCodec<V> codec;
    private final NearLevel<K, V> near;
    private final Flights<K, V> flights;
    private final Loading<K, V> loading;
    private final CacheCounters counters;
    private final LoadThreads threads;
    private final Ticker ticker;
    private final long farTimeoutNanos;
    private final long nearNanos;

    Fetch(
            CacheSettings<K, V> settings,
            @Nullable FarLevel far,
            @Nullable ValueCodec<V> codec,
            NearLevel<K, V> near,
            Flights<K, V> flights,
            Loading<K, V> loading,
            CacheCounters counters,
            LoadThreads threads,
            Ticker ticker) {
        this.settings = settings;
        this.far = far;
        this.codec = codec;
        this.near = near;
        this.flights = flights;
        this.loading = loading;
        this.counters = counters;
        this.threads = threads;
        this.ticker = ticker;
        this.farTimeoutNanos = settings.farTimeout.toNanos();
        this.nearNanos = settings.nearTtl.toNanos();
    }

    /** Carries a flight out from the beginning; returns when its far read is over. */
    void lead(Flight<K, V> flight) {
        if (far == null) {
            loading.start(flight, ticker.nanos());
            return;
        }
        long asked = ticker.nanos();
        FarRead read;
        try {
            read = read(farKey(flight));
        } catch (InterruptedException e) {
            handOver(flight, () -> lead(flight)); // others may have joined
            Thread.currentThread().interrupt();
            return;
        }
        arrived(flight, read, asked);
    }

    /**
     * Goes on with what the far level holds for a flight.
     *
     * @param read null if it did not answer
     * @param askedNanos the ticker's reading before it was asked: what it says of time counts from there
     */
    void arrived(Flight<K, V> flight, @Nullable FarRead read, long askedNanos) {
        if (read instanceof FarRead.Hit hit) {
            if (!land(flight, hit, askedNanos)) {
                lease(flight, LeaseMode.IF_MISSING, hit.frame());
            }
        } else if (read instanceof FarRead.Expired expired) {
            remember(flight, expired);
            lease(flight, LeaseMode.IF_MISSING, null);
        } else if (read instanceof FarRead.Miss) {
            lease(flight, LeaseMode.IF_MISSING, null);
        } else {
            withoutFar(flight);
        }
    }

    /** Asks for the lease, on a thread of the memory or within a load. */
    void lease(Flight<K, V> flight, LeaseMode mode, @Nullable String unreadable) {
        if (far == null) {
            loading.start(flight, ticker.nanos());
            return;
        }
        long giveUp = ticker.nanos() + settings.leaseFor().toNanos() + 1_000_000_000L;
        if (Loading.isLoadingHere()) {
            ask(flight, mode, unreadable, FIRST_WAIT_NANOS, giveUp); // a load within a load keeps its thread and permit
            return;
        }
        handOver(flight, () -> ask(flight, mode, unreadable, FIRST_WAIT_NANOS, giveUp));
    }

    private void ask(
            Flight<K, V> flight, LeaseMode mode, @Nullable String unreadable, long waitNanos, long giveUpNanos) {
        if (flight.isOver()) {
            return;
        }
        long asked = ticker.nanos();
        LeaseAnswer answer;
        try {
            answer = askFor(flight, mode, unreadable);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            loading.fail(flight, CacheEvent.Cause.BUSY, e);
            return;
        }
        if (answer instanceof LeaseAnswer.Granted granted) {
            flight.lease = granted.token();
            loading.start(flight, asked);
        } else if (answer instanceof LeaseAnswer.Found found && land(flight, found.hit(), asked)) {
            return;
        } else if (answer instanceof LeaseAnswer.Held && giveUpNanos - ticker.nanos() > 0) {
            long next = Math.min(2 * waitNanos, LONGEST_WAIT_NANOS);
            // what the holder stores is as new as what was wanted
            LeaseMode then = mode == LeaseMode.IF_FREE ? LeaseMode.IF_MISSING : mode;
            threads.later(waitNanos, () -> handOver(flight, () -> ask(flight, then, unreadable, next, giveUpNanos)));
        } else if (mode == LeaseMode.ALWAYS) {
            loading.start(flight, ticker.nanos()); // who asks for a new value is not helped with a stale one
        } else {
            withoutFar(flight);
        }
    }

    private @Nullable LeaseAnswer askFor(Flight<K, V> flight, LeaseMode mode, @Nullable String unreadable)
            throws InterruptedException {
        CompletableFuture<LeaseAnswer> asked = askLease(flight, mode, unreadable);
        LeaseAnswer answer = null;
        try {
            answer = await(asked);
        } finally {
            if (answer == null) { // too late, or interrupted
                releaseLate(flight, asked);
            }
        }
        return answer;
    }

    CompletableFuture<LeaseAnswer> askLease(Flight<K, V> flight, LeaseMode mode, @Nullable String unreadable) {
        return requireNonNull(far)
                .lease(farKey(flight), mode, settings.leaseFor(), unreadable)
                .toCompletableFuture();
    }

    /** Gives a lease back that is granted too late: nobody will use it, and nobody else could load until it ends. */
    void releaseLate(Flight<K, V> flight, CompletionStage<LeaseAnswer> asked) {
        asked.thenAccept(late -> {
            if (late instanceof LeaseAnswer.Granted granted) {
                requireNonNull(far).release(farKey(flight), granted.token());
            }
        });
    }

    /** Serves what may be served while cut off, else loads; what is loaded stays in this process. */
    private void withoutFar(Flight<K, V> flight) {
        if (!landStale(flight)) {
            loading.start(flight, ticker.nanos());
        }
    }

    /**
     * Sends those who wait to the near level, if there is a value that may be served while cut off; false if there is
     * none. Each looks for itself, since one who joins later may not be given what was dropped before they came.
     */
    boolean landStale(Flight<K, V> flight) {
        if (near.whileDisconnected(flight.key, flight.bucket) == null) {
            return false;
        }
        if (!flight.tryEnd()) {
            return true;
        }
        flights.end(flight);
        flight.result.completeExceptionally(new Flight.CutOff());
        return true;
    }

    /** Gives a far value to those who wait; false if it cannot be read. */
    boolean land(Flight<K, V> flight, FarRead.Hit hit, long askedNanos) {
        V value;
        try {
            value = hit.payload() == null ? null : requireNonNull(codec).decode(hit.payload());
        } catch (Exception | LinkageError e) {
            unreadable();
            return false;
        }
        if (!flight.tryEnd()) {
            return true;
        }
        long freshNanos = hit.freshFor().toNanos();
        long born = askedNanos - hit.age().toNanos();
        var loaded = new Loaded<>(value, Level.FAR, born, askedNanos + Math.max(1, freshNanos), false);
        try {
            if (freshNanos > 0) {
                near.keep(flight, loaded, askedNanos, loading.shortened(nearNanos));
            }
        } finally {
            counters.farHits.increment();
            flights.end(flight);
            flight.result.complete(loaded);
        }
        return true;
    }

    void remember(Flight<K, V> flight, FarRead.Expired expired) {
        try {
            V value = expired.payload() == null ? null : requireNonNull(codec).decode(expired.payload());
            flight.expired = new Loaded<>(
                    value, Level.FAR, ticker.nanos() - expired.age().toNanos(), ticker.nanos(), true);
        } catch (Exception | LinkageError e) {
            unreadable();
        }
    }

    private void unreadable() {
        counters.unreadable.increment();
        loading.tell(new CacheEvent.Unreadable(settings.name));
    }

    /** What the far level holds for a key; null if it does not answer in time. */
    @Nullable
    FarRead read(FarKey key) throws InterruptedException {
        List<FarRead> read = await(requireNonNull(far).read(List.of(key)).toCompletableFuture());
        return read == null ? null : read.get(0);
    }

    /** What the far level answers in time; null if it does not. */
    <T> @Nullable T await(CompletableFuture<T> stage) throws InterruptedException {
        try {
            return stage.get(farTimeoutNanos, NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            counters.farFailures.increment();
            return null;
        }
    }

    void handOver(Flight<K, V> flight, Runnable task) {
        try {
            threads.loading.execute(task);
        } catch (RejectedExecutionException e) {
            loading.fail(flight, CacheEvent.Cause.BUSY, e);
        }
    }

    private static FarKey farKey(Flight<?, ?> flight) {
        return requireNonNull(flight.farKey, "farKey");
    }
}
