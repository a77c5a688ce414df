package dev.mneme.benchmarks.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mneme.memory.LocalMemory;
import dev.mneme.memory.Memory;
import dev.mneme.memory.cache.TieredCache;
import dev.mneme.memory.redis.Redis;
import dev.mneme.memory.redis.RedisMemory;
import dev.mneme.servers.RedisServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * How many bytes of heap an entry takes near: 100,000 entries after garbage collection, beside Caffeine's with the same
 * keys and values.
 *
 * <pre>
 * java -Xmx1g -XX:+UseSerialGC -cp "benchmarks/target/*:benchmarks/target/lib/*" dev.mneme.benchmarks.cache.CacheMemoryRun \
 *     benchmarks/results/cache-memory.json
 * </pre>
 *
 * <p>Keys and values are made before and held by the run, so the figures are what the cache adds to them; {@code
 * keyAndValue} is what they take themselves (the key a string, the value a record of two short strings and a number). Each
 * kind of cache is filled once before it counts.
 */
final class CacheMemoryRun {

    private static final int ENTRIES = 100_000;
    private static final int BOUND = 200_000;
    private static final int FIRST = 1_000;
    private static final Duration HOUR = Duration.ofHours(1);

    private CacheMemoryRun() {}

    record Access(String plan, long until, String note) {}

    /** Nothing that was made may be collected while a later figure is taken. */
    private static final List<Object> KEPT = new ArrayList<>();

    private static final String[] KEYS = new String[ENTRIES];
    private static final Access[] VALUES = new Access[ENTRIES];

    public static void main(String[] args) throws IOException {
        long keyAndValue = bytesAnEntry(() -> {
            for (int i = 0; i < ENTRIES; i++) {
                KEYS[i] = "user-" + (1_000_000 + i);
                VALUES[i] = new Access("plan-" + i, i, "note-" + i);
            }
            return KEYS;
        });
        var index = new HashMap<String, Access>();
        for (int i = 0; i < ENTRIES; i++) {
            index.put(KEYS[i], VALUES[i]);
        }
        var report = new Report()
                .with("entries", ENTRIES)
                .with("keyAndValue", keyAndValue)
                .with("caffeine", added(count -> filled(Caffeine.newBuilder(), count)))
                .with(
                        "caffeineExpiring",
                        added(count -> filled(
                                Caffeine.newBuilder().expireAfterWrite(HOUR).recordStats(), count)));
        try (Memory local = LocalMemory.create()) {
            report.with("mnemeLocal", added(count -> filled(local, index, count)));
        }
        try (RedisServer server = RedisServer.start();
                Redis redis = Redis.connect(server.uri());
                Memory remote = RedisMemory.on(redis)) {
            Trust.await(remote);
            report.with("mnemeRedis", added(count -> filled(remote, index, count)));
        }
        KEPT.add(index);
        report.write(args);
    }

    private static Cache<String, Access> filled(Caffeine<Object, Object> builder, int count) {
        Cache<String, Access> cache = builder.maximumSize(BOUND).build();
        for (int i = 0; i < count; i++) {
            cache.put(KEYS[i], VALUES[i]);
        }
        cache.cleanUp();
        return cache;
    }

    private static TieredCache<String, Access> filled(Memory memory, Map<String, Access> index, int count) {
        TieredCache<String, Access> cache = memory.cache(
                        "access-" + memory.cacheStats().size(), String.class, Access.class)
                .shared()
                .ttl(HOUR)
                .nearEntries(BOUND)
                .farTimeout(Duration.ofSeconds(5))
                .loader((key, context) -> index.get(key))
                .bulkLoader(keys -> {
                    var found = new HashMap<String, Access>();
                    keys.forEach(key -> found.put(key, index.get(key)));
                    return found;
                })
                .build();
        int warm = cache.warmUp(Arrays.asList(KEYS).subList(0, count));
        if (warm != count || cache.stats().nearEntries() != count) {
            throw new IllegalStateException("all entries must be near, was " + warm + " of " + cache.stats());
        }
        return cache;
    }

    private static long added(IntFunction<Object> filled) {
        KEPT.add(filled.apply(FIRST));
        return bytesAnEntry(() -> filled.apply(ENTRIES));
    }

    private static long bytesAnEntry(Supplier<Object> filled) {
        long before = used();
        KEPT.add(filled.get());
        long after = used();
        return Math.round((double) (after - before) / ENTRIES);
    }

    private static long used() {
        var heap = ManagementFactory.getMemoryMXBean();
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            used = Math.min(used, heap.getHeapMemoryUsage().getUsed());
        }
        return used;
    }
}
