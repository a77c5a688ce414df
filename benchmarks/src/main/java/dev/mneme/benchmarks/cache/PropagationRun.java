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
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * How long after an invalidation on one node another node still serves the old value: two nodes with connections of
 * their own in one process, a thousand invalidations a second for ten seconds on the first.
 *
 * <pre>
 * java -cp "benchmarks/target/*:benchmarks/target/lib/*" dev.mneme.benchmarks.cache.PropagationRun \
 *     benchmarks/results/cache-propagation.json [invalidations a second] [seconds]
 * </pre>
 *
 * <p>Every key is near on the second node before it is invalidated there. One thread of that node asks for every key
 * that was invalidated, over and over, until it gets a value that is not older than the invalidation; {@code seen} is
 * the time from the return of {@code invalidate} to the beginning of that read, {@code lastStale} to the beginning of
 * the last read that got an old value, zero if none did. The reader loads what it finds gone before it looks at the next
 * key, so {@code seen} holds its own queueing and is the upper bound, {@code lastStale} the lower one.
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
    private final long[] seenNanos;
    private final long[] staleNanos;
    private int seen;
    private long staleReads;
    private long readsBeyondTheBound;
    private int pending;
    private volatile boolean sent;

    /** A key that the first node invalidated: from {@code atNanos} on, less than {@code version} is old. */
    private static final class Dropped {
        final int key;
        final long version;
        final long atNanos;
        long lastStaleNanos;

        Dropped(int key, long version, long atNanos) {
            this.key = key;
            this.version = version;
            this.atNanos = atNanos;
        }
    }

    private PropagationRun(int rate, int seconds) {
        this.rate = rate;
        this.count = rate * seconds;
        this.seenNanos = new long[count];
        this.staleNanos = new long[count];
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
            boolean over = sent;
            for (Dropped next = dropped.poll(); next != null; next = dropped.poll()) {
                open.add(next);
            }
            if (open.isEmpty()) {
                if (over) {
                    return;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
                continue;
            }
            Dropped one = open.remove();
            long began = System.nanoTime();
            if (cache.get(one.key) >= one.version) {
                seenNanos[seen] = began - one.atNanos;
                staleNanos[seen++] = one.lastStaleNanos;
                staleInARow = 0;
                continue;
            }
            one.lastStaleNanos = began - one.atNanos;
            staleReads++;
            readsBeyondTheBound += one.lastStaleNanos > boundNanos ? 1 : 0;
            if (over && giveUp == Long.MAX_VALUE) {
                giveUp = began + GIVE_UP.toNanos();
            } else if (began > giveUp) {
                throw new IllegalStateException(open.size() + 1 + " keys stay old");
            }
            open.add(one);
            if (++staleInARow >= open.size()) {
                staleInARow = 0;
                LockSupport.parkNanos(PAUSE_NANOS); // the same processors carry the message
            }
        }
    }

    private Report report(double achieved) {
        return new Report()
                .with("invalidations", count)
                .with("perSecond", Math.round(achieved))
                .with("pending", pending)
                .with("seenMicros", Report.percentilesInMicros(Arrays.copyOf(seenNanos, seen)))
                .with("lastStaleMicros", Report.percentilesInMicros(Arrays.copyOf(staleNanos, seen)))
                .with("staleReads", staleReads)
                .with("readsBeyondTheBound", readsBeyondTheBound);
    }
}
