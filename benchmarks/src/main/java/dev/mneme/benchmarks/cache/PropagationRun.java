package dev.mneme.benchmarks.cache;

import dev.mneme.memory.Memory;
import dev.mneme.memory.cache.Ack;
import dev.mneme.memory.cache.TieredCache;
import dev.mneme.memory.redis.Redis;
import dev.mneme.memory.redis.RedisMemory;
import dev.mneme.servers.RedisServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;

/**
 * How long after an invalidation on one node another node still serves the old value, and how soon it has the new one: two nodes with connections of
 * their own in one process, a thousand invalidations a second for ten seconds on the first.
 *
 * <pre>
 * java -cp "benchmarks/target/*:benchmarks/target/lib/*" dev.mneme.benchmarks.cache.PropagationRun \
 *     benchmarks/results/cache-propagation.json [invalidations a second] [seconds]
 * </pre>
 *
 * <p>Every key is near on the second node before it is invalidated there. One thread of that node asks for every key
 * that was invalidated, over and over, until it is not given an old value any more. All times count from the return of
 * {@code invalidate}: {@code lastStale} to the beginning of the last read that got an old value, zero if none did;
 * {@code seen} to the beginning of the first that did not; {@code inHand} to the end of that one, which found nothing
 * near or far, took the lease and loaded. Such reads are asynchronous, so that no key waits for another's load.
 */
final class PropagationRun {

    private static final int KEYS = 4_096;
    private static final int DEFAULT_RATE = 1_000;
    private static final int DEFAULT_SECONDS = 10;
    private static final long PAUSE_NANOS = 20_000;
    private static final Duration GIVE_UP = Duration.ofSeconds(10);

    private final AtomicLongArray source = new AtomicLongArray(KEYS);
    private final ConcurrentLinkedQueue<Dropped> dropped = new ConcurrentLinkedQueue<>();
    private final int rate;
    private final int count;
    private final ConcurrentLinkedQueue<Dropped> over = new ConcurrentLinkedQueue<>();
    private final AtomicInteger overCount = new AtomicInteger();
    private final LongAdder staleReads = new LongAdder();
    private final LongAdder readsBeyondTheBound = new LongAdder();
    private int pending;
    private volatile boolean sent;

    /** A key that the first node invalidated: from {@code atNanos} on, less than {@code version} is old. */
    private static final class Dropped {
        final int key;
        final long version;
        final long atNanos;
        long lastStaleNanos;
        long seenNanos;
        long inHandNanos;

        Dropped(int key, long version, long atNanos) {
            this.key = key;
            this.version = version;
            this.atNanos = atNanos;
        }
    }

    private PropagationRun(int rate, int seconds) {
        this.rate = rate;
        this.count = rate * seconds;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        int rate = args.length > 1 ? Integer.parseInt(args[1]) : DEFAULT_RATE;
        int seconds = args.length > 2 ? Integer.parseInt(args[2]) : DEFAULT_SECONDS;
        try (RedisServer server = RedisServer.start();
                Redis first = Redis.connect(server.uri());
                Redis second = Redis.connect(server.uri());
                Memory one = RedisMemory.on(first);
                Memory other = RedisMemory.on(second)) {
            Trust.await(one);
            Trust.await(other);
            var warmUp = new PropagationRun(rate, 2);
            warmUp.run(warmUp.cache(one, "warm"), warmUp.cache(other, "warm"), Duration.ofMillis(1_500));
            var run = new PropagationRun(rate, seconds);
            double achieved = run.run(
                    run.cache(one, "versions"),
                    run.cache(other, "versions"),
                    other.cacheHealth().stalenessBound());
            run.report(achieved).write(args);
        }
    }

    private TieredCache<Integer, Long> cache(Memory memory, String name) {
        return memory.cache(name, Integer.class, Long.class)
                .shared()
                .ttl(Duration.ofMinutes(10))
                .farTimeout(Duration.ofSeconds(2))
                .loader((key, context) -> source.get(key))
                .build();
    }

    /** Returns how many invalidations a second there were. */
    private double run(TieredCache<Integer, Long> one, TieredCache<Integer, Long> other, Duration bound)
            throws InterruptedException {
        Integer[] keys = new Integer[KEYS];
        Arrays.setAll(keys, i -> i);
        other.warmUp(Arrays.asList(keys));
        var reader = new Thread(() -> read(other, bound.toNanos()), "reader");
        reader.start();
        long began = System.nanoTime();
        for (int i = 0; i < count; i++) {
            LockSupport.parkNanos(began + i * 1_000_000_000L / rate - System.nanoTime());
            int key = i % KEYS;
            long version = source.incrementAndGet(key);
            if (one.invalidate(key) == Ack.DONE) {
                dropped.add(new Dropped(key, version, System.nanoTime()));
            } else {
                pending++;
            }
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        sent = true;
        reader.join();
        return count / seconds;
    }

    private void read(TieredCache<Integer, Long> cache, long boundNanos) {
        var open = new ArrayDeque<Dropped>();
        long giveUp = Long.MAX_VALUE;
        int staleInARow = 0;
        while (true) {
            if (sent && giveUp == Long.MAX_VALUE) {
                giveUp = System.nanoTime() + GIVE_UP.toNanos();
            }
            for (Dropped next = dropped.poll(); next != null; next = dropped.poll()) {
                open.add(next);
            }
            if (System.nanoTime() > giveUp) {
                throw new IllegalStateException(count - pending - overCount.get() + " keys stay old");
            }
            if (open.isEmpty()) {
                if (sent && overCount.get() == count - pending) {
                    return;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
                continue;
            }
            Dropped one = open.remove();
            long began = System.nanoTime();
            CompletableFuture<Long> read = cache.getAsync(one.key).toCompletableFuture();
            if (!read.isDone()) { // nothing near; what comes is checked when it is there
                read.whenComplete((value, failure) -> arrived(one, began, failure == null ? value : -1, boundNanos));
            } else if (read.join() >= one.version) {
                arrived(one, began, read.join(), boundNanos);
            } else {
                stale(one, began, boundNanos);
                open.add(one);
                if (++staleInARow >= open.size()) {
                    staleInARow = 0;
                    LockSupport.parkNanos(PAUSE_NANOS); // the same processors carry the message
                }
            }
        }
    }

    private void stale(Dropped one, long began, long boundNanos) {
        one.lastStaleNanos = began - one.atNanos;
        staleReads.increment();
        if (one.lastStaleNanos > boundNanos) {
            readsBeyondTheBound.increment();
        }
    }

    private void arrived(Dropped one, long began, long value, long boundNanos) {
        if (value < one.version) {
            stale(one, began, boundNanos);
            dropped.add(one);
            return;
        }
        one.seenNanos = began - one.atNanos;
        one.inHandNanos = System.nanoTime() - one.atNanos;
        over.add(one);
        overCount.incrementAndGet();
    }

    private Map<String, Double> percentiles(ToLongFunction<Dropped> time) {
        return Report.percentilesInMicros(over.stream().mapToLong(time).toArray());
    }

    private Report report(double achieved) {
        return new Report()
                .with("invalidations", count)
                .with("perSecond", Math.round(achieved))
                .with("pending", pending)
                .with("lastStaleMicros", percentiles(one -> one.lastStaleNanos))
                .with("seenMicros", percentiles(one -> one.seenNanos))
                .with("inHandMicros", percentiles(one -> one.inHandNanos))
                .with("staleReads", staleReads.sum())
                .with("readsBeyondTheBound", readsBeyondTheBound.sum());
    }
}
