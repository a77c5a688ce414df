package dev.mneme.benchmarks.cache;

import dev.mneme.SessionKey;
import dev.mneme.memory.coordination.Lease;
import dev.mneme.memory.coordination.SessionRegistry;
import dev.mneme.memory.redis.Redis;
import dev.mneme.memory.redis.RedisMemory;
import dev.mneme.memory.redis.RedisRateLimiter;
import dev.mneme.resilience.limit.LimitRule;
import dev.mneme.resilience.limit.RateLimiter;
import dev.mneme.servers.RedisServer;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.redisson.Redisson;
import org.redisson.api.RLock;
import org.redisson.api.RRateLimiter;
import org.redisson.api.RateType;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/**
 * How long coordination takes at a given rate on one machine: a limiter's decision, a session's touch, a lock got and given
 * free, beside Redisson's lock and limiter on the same server.
 *
 * <pre>
 * java -cp "benchmarks/target/*:benchmarks/target/lib/*" dev.mneme.benchmarks.cache.CoordinationRun \
 *     benchmarks/results/coordination.json
 * </pre>
 *
 * <p>Calls begin by the clock, 1,000 in a second, from eight threads; a time counts from when the call was due, so that a
 * call that held up the next is not left out. The kinds take turns for five rounds of two seconds after one that does not
 * count. Keys are a thousand, met in turn. Redisson counts a limiter's calls in a window of equal length and limit.
 */
final class CoordinationRun {

    private static final int PER_SECOND = 1_000;
    private static final int THREADS = 8;
    private static final int KEYS = 1_000;
    private static final int ROUNDS = 5;
    private static final int LIMIT = 10_000;

    private CoordinationRun() {}

    /** Makes one call with a key of that number. */
    private interface Call {
        boolean make(int key) throws InterruptedException;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        var report = new Report().with("calls-per-second", PER_SECOND);
        int seconds = Integer.getInteger("seconds", 2);
        try (RedisServer server = RedisServer.start();
                Redis redis = Redis.builder(server.uri())
                        .patience(Duration.ofSeconds(2))
                        .build();
                RedisMemory memory = RedisMemory.on(redis)) {
            while (!redis.isReachable()) {
                Thread.sleep(5);
            }
            RedissonClient redisson = redisson(server.uri());
            try {
                Map<String, Rounds> kinds = new LinkedHashMap<>();
                calls(redis, memory, redisson)
                        .forEach((name, call) -> kinds.put(name, new Rounds(call, seconds * PER_SECOND)));
                for (int round = 0; round <= ROUNDS; round++) {
                    for (Rounds kind : kinds.values()) {
                        kind.next();
                    }
                }
                kinds.forEach((name, kind) -> report.with(name, kind.row()));
            } finally {
                redisson.shutdown();
            }
        }
        report.write(args);
    }

    private static Map<String, Call> calls(Redis redis, RedisMemory memory, RedissonClient redisson) {
        LimitRule rule = LimitRule.of("user", LIMIT, Duration.ofMinutes(1));
        RateLimiter limiter = RedisRateLimiter.builder(redis, rule)
                .within(Duration.ofSeconds(5))
                .build();
        SessionRegistry sessions =
                memory.sessions("run").maxConcurrentSessions(KEYS).build();
        RRateLimiter[] theirs = new RRateLimiter[KEYS];
        for (int i = 0; i < KEYS; i++) {
            sessions.open(session(i));
            theirs[i] = redisson.getRateLimiter("limiter:" + i);
            theirs[i].trySetRate(RateType.OVERALL, LIMIT, Duration.ofMinutes(1));
        }
        var calls = new LinkedHashMap<String, Call>();
        calls.put("mneme-decision", key -> limiter.tryAcquire("u" + key).allowed());
        calls.put("redisson-decision", key -> theirs[key].tryAcquire());
        calls.put("mneme-touch", key -> sessions.touch(session(key), 1).isPresent());
        calls.put("mneme-lock-and-unlock", key -> {
            try (Lease lease = memory.locks().acquire("k" + key, Duration.ofSeconds(30), Duration.ZERO)) {
                return lease.fencingToken() > 0;
            }
        });
        calls.put("redisson-lock-and-unlock", key -> {
            RLock lock = redisson.getLock("lock:" + key);
            boolean got = lock.tryLock(0, TimeUnit.SECONDS);
            lock.unlock();
            return got;
        });
        return calls;
    }

    private static SessionKey session(int key) {
        return SessionKey.of("t" + key % 50, "s" + key);
    }

    private static RedissonClient redisson(String uri) {
        var config = new Config();
        config.useSingleServer().setAddress(uri).setConnectionMinimumIdleSize(2).setConnectionPoolSize(8);
        return Redisson.create(config);
    }

    /** The rounds of one kind of call, the first to warm up. */
    private static final class Rounds {
        private final Call call;
        private final int calls;
        private long[] all = new long[0];
        private int failed;
        private boolean warm;

        Rounds(Call call, int calls) {
            this.call = call;
            this.calls = calls;
        }

        void next() throws InterruptedException {
            long[] times = new long[calls];
            var next = new AtomicInteger();
            var refused = new AtomicInteger();
            long start = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50);
            Thread[] workers = new Thread[THREADS];
            for (int i = 0; i < THREADS; i++) {
                workers[i] = new Thread(() -> work(times, next, refused, start), "caller");
                workers[i].start();
            }
            for (Thread worker : workers) {
                worker.join();
            }
            if (warm) {
                int before = all.length;
                all = Arrays.copyOf(all, before + calls);
                System.arraycopy(times, 0, all, before, calls);
                failed += refused.get();
            }
            warm = true;
        }

        private void work(long[] times, AtomicInteger next, AtomicInteger refused, long start) {
            try {
                for (int i = next.getAndIncrement(); i < calls; i = next.getAndIncrement()) {
                    long due = start + i * (TimeUnit.SECONDS.toNanos(1) / PER_SECOND);
                    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                        LockSupport.parkNanos(left);
                    }
                    if (!made(i % KEYS)) {
                        refused.incrementAndGet();
                    }
                    times[i] = System.nanoTime() - due;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private boolean made(int key) throws InterruptedException {
            try {
                return call.make(key);
            } catch (RuntimeException e) {
                return false;
            }
        }

        Map<String, Object> row() {
            Arrays.sort(all);
            var row = new LinkedHashMap<String, Object>();
            row.put("calls", all.length);
            row.put("refused", failed);
            row.put("p50-micros", micros(0.50));
            row.put("p95-micros", micros(0.95));
            row.put("p99-micros", micros(0.99));
            return row;
        }

        private double micros(double share) {
            return Math.round(all[(int) Math.ceil(share * all.length) - 1] / 100.0) / 10.0;
        }
    }
}
