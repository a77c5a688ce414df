package dev.mneme.memory.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofSeconds;

import dev.mneme.Tenant;
import dev.mneme.memory.cache.TieredCache;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.LoggerFactory;

/**
 * A node in a process of its own, whose keys and values are all of one strange word, and which logs all it can, and the
 * libraries all but the bytes they send.
 * It prints what users and operators could read: messages, names of threads, meters, states. Of its standard input each
 * line lets it go on.
 */
final class CanaryNode {

    static final String CANARY = "Zeisig";
    static final String LISTENING = "the canary's log is heard";

    record Key(String user, String part) {}

    record Wide(int number) {}

    private static final List<String> shown = new CopyOnWriteArrayList<>();

    private CanaryNode() {}

    public static void main(String[] uris) throws Exception {
        System.setProperty("org.slf4j.simpleLogger.logFile", "System.err");
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "debug");
        System.setProperty("org.slf4j.simpleLogger.log.dev.mneme", "trace");
        System.setProperty("org.slf4j.simpleLogger.log.io.lettuce", "debug");
        LoggerFactory.getLogger("dev.mneme.memory.redis.canary").trace(LISTENING);
        var in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        try (Redis redis = Redis.builder(uris)
                        .timeout(ofSeconds(2))
                        .patience(ofSeconds(2))
                        .build();
                RedisMemory memory = RedisMemory.on(redis)) {
            until(() -> memory.far().state().reachable() && memory.cacheHealth().untrustedBuckets() == 0);
            TieredCache<Key, String> cache = memory.cache("c", Key.class, String.class)
                    .owner(key -> Tenant.of(CANARY + "-tenant"))
                    .scope(Key::user)
                    .farTimeout(ofSeconds(2))
                    .maxValueBytes(1_000)
                    .loader(key -> key.part().startsWith("large") ? CANARY.repeat(1_000) : CANARY + "-value")
                    .build();
            cache.onEvent(CanaryNode::show);
            Key key = new Key(CANARY + "-user", "part");
            use(cache, key);
            misread(redis, key);
            TieredCache<Key, Wide> empty = memory.cache("empty", Key.class, Wide.class)
                    .shared()
                    .scope(Key::user)
                    .loader(missing -> null)
                    .build();
            use(empty, key);
            attempt(() -> cache.get(new Key(CANARY, "large")));
            attempt(() -> cache.get(new Key(CANARY.repeat(1_000), "too long")));
            attempt(() -> cache.invalidateScope("/" + CANARY));
            threads();

            go(in, "away");
            until(() -> {
                use(cache, key);
                return !redis.isReachable();
            });
            use(cache, key);
            show(memory.health().check());
            show(memory.cacheHealth());
            attempt(() -> memory.erase(Tenant.of(CANARY + "-tenant")));
            threads();

            go(in, "back");
            until(() -> redis.isReachable() && memory.cacheHealth().queuedInvalidations() == 0);
            use(cache, key);
            show(memory.erase(Tenant.of(CANARY + "-tenant")).records());
            show(memory);
            show(redis);
            show(cache);
            var registry = new SimpleMeterRegistry();
            new RedisMetrics(memory).bindTo(registry);
            registry.getMeters().forEach(meter -> show(meter.getId()));
        }
        shown.forEach(System.out::println);
    }

    /** A value in Redis of which this cache can make nothing. */
    private static void misread(Redis redis, Key key) {
        try (RedisMemory other = RedisMemory.on(redis)) {
            TieredCache<Key, Wide> cache = other.cache("c", Key.class, Wide.class)
                    .owner(one -> Tenant.of(CANARY + "-tenant"))
                    .scope(Key::user)
                    .farTimeout(ofSeconds(2))
                    .loader(one -> new Wide(1))
                    .build();
            until(() -> attempt(() -> cache.get(key)) && cache.stats().unreadable() > 0);
        }
    }

    private static <V> void use(TieredCache<Key, V> cache, Key key) {
        attempt(() -> cache.get(key));
        attempt(() -> cache.getAll(List.of(key, new Key(CANARY + "-other", CANARY))));
        attempt(() -> cache.refresh(key));
        attempt(() -> cache.invalidate(key));
        attempt(() -> cache.invalidateScope(CANARY + "-user"));
        attempt(() -> cache.clear());
        attempt(() -> cache.get(key));
    }

    /** Runs it, and notes what its failure says; true in every case. */
    private static boolean attempt(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                show(cause);
                for (Throwable other : cause.getSuppressed()) {
                    show(other);
                }
            }
        }
        return true;
    }

    private static void threads() {
        Thread.getAllStackTraces().keySet().forEach(thread -> show(thread.getName()));
    }

    private static void show(Object what) {
        shown.add(String.valueOf(what));
    }

    private static void go(BufferedReader in, String what) throws Exception {
        System.out.println(what);
        in.readLine();
    }

    /** Whoever started this process ends it if it never comes. */
    private static void until(BooleanSupplier come) {
        while (!come.getAsBoolean()) {
            LockSupport.parkNanos(10_000_000);
        }
    }
}
