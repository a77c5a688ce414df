package dev.mneme.benchmarks.cache;

import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mneme.memory.LocalMemory;
import dev.mneme.memory.Memory;
import dev.mneme.memory.cache.TieredCache;
import dev.mneme.memory.redis.Redis;
import dev.mneme.memory.redis.RedisMemory;
import dev.mneme.servers.RedisServer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.redisson.api.RLocalCachedMap;

/**
 * A read that finds its value near, on one thread and on two: 1,024 keys in turn, all near.
 *
 * <pre>
 * java -cp "benchmarks/target/*:benchmarks/target/lib/*" org.openjdk.jmh.Main CacheHitBenchmark -prof gc \
 *     -rf json -rff benchmarks/results/cache-hit.json
 * </pre>
 *
 * <p>{@link #caffeine} has neither times to live nor statistics; {@link #caffeineExpiring} has both, as all others have
 * times to live and Mneme statistics. JetCache is called through one interface more than the others, see
 * {@link JetCachePeer}; nobody tells it of other nodes' writes. Redisson's local cached map is that of its Caffeine
 * provider.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 400, timeUnit = TimeUnit.MILLISECONDS)
public class CacheHitBenchmark {

    private static final Duration HOUR = Duration.ofHours(1);

    /** Caffeine alone. */
    @State(Scope.Benchmark)
    public static class Bare {
        Cache<String, Profile> plain;
        Cache<String, Profile> expiring;

        @Setup
        public void fill() {
            plain = Caffeine.newBuilder().maximumSize(10_000).build();
            expiring = Caffeine.newBuilder()
                    .maximumSize(10_000)
                    .expireAfterWrite(HOUR)
                    .recordStats()
                    .build();
            for (String key : Profile.keys()) {
                plain.put(key, Profile.of(key));
                expiring.put(key, Profile.of(key));
            }
        }
    }

    /** Mneme without a server. */
    @State(Scope.Benchmark)
    public static class Local {
        Memory memory;
        TieredCache<String, Profile> cache;

        @Setup
        public void fill() {
            memory = LocalMemory.create();
            cache = cache(memory);
        }

        @TearDown
        public void end() {
            onlyHits(cache);
            memory.close();
        }
    }

    /** Mneme on a server. */
    @State(Scope.Benchmark)
    public static class Remote {
        RedisServer server;
        Redis redis;
        Memory memory;
        TieredCache<String, Profile> cache;

        @Setup
        public void fill() {
            server = RedisServer.start();
            redis = Redis.connect(server.uri());
            memory = RedisMemory.on(redis);
            Trust.await(memory);
            cache = cache(memory);
        }

        @TearDown
        public void end() {
            onlyHits(cache);
            memory.close();
            redis.close();
            server.close();
        }
    }

    /** JetCache on a server. */
    @State(Scope.Benchmark)
    public static class Jet {
        RedisServer server;
        JetCachePeer peer;
        Function<String, Object> cache;

        @Setup
        public void fill() {
            server = RedisServer.start();
            peer = JetCachePeer.on(server.uri());
            cache = peer.both();
        }

        @TearDown
        public void end() {
            peer.close();
            server.close();
        }
    }

    /** Redisson on a server. */
    @State(Scope.Benchmark)
    public static class Redisson {
        RedisServer server;
        RedissonPeer peer;
        RLocalCachedMap<String, Profile> cache;

        @Setup
        public void fill() {
            server = RedisServer.start();
            peer = RedissonPeer.on(server.uri());
            cache = peer.map();
        }

        @TearDown
        public void end() {
            peer.close();
            server.close();
        }
    }

    private static TieredCache<String, Profile> cache(Memory memory) {
        TieredCache<String, Profile> cache = memory.cache("profiles", String.class, Profile.class)
                .shared()
                .ttl(HOUR)
                .loader((key, context) -> Profile.of(key))
                .build();
        cache.warmUp(Arrays.asList(Profile.keys()));
        return cache;
    }

    /** What was measured must have been what it says. */
    private static void onlyHits(TieredCache<String, Profile> cache) {
        if (cache.stats().loads() > Profile.COUNT || cache.stats().farHits() > 0) {
            throw new IllegalStateException("every read must have been a near hit, were " + cache.stats());
        }
    }

    @Benchmark
    public @Nullable Profile caffeine(Bare bare, Cursor keys) {
        return bare.plain.getIfPresent(keys.next());
    }

    @Benchmark
    @Threads(2)
    public @Nullable Profile caffeineBy2(Bare bare, Cursor keys) {
        return bare.plain.getIfPresent(keys.next());
    }

    @Benchmark
    public @Nullable Profile caffeineExpiring(Bare bare, Cursor keys) {
        return bare.expiring.getIfPresent(keys.next());
    }

    @Benchmark
    @Threads(2)
    public @Nullable Profile caffeineExpiringBy2(Bare bare, Cursor keys) {
        return bare.expiring.getIfPresent(keys.next());
    }

    @Benchmark
    public Profile mnemeLocal(Local local, Cursor keys) {
        return local.cache.get(keys.next());
    }

    @Benchmark
    @Threads(2)
    public Profile mnemeLocalBy2(Local local, Cursor keys) {
        return local.cache.get(keys.next());
    }

    @Benchmark
    public Profile mnemeRedis(Remote remote, Cursor keys) {
        return remote.cache.get(keys.next());
    }

    @Benchmark
    @Threads(2)
    public Profile mnemeRedisBy2(Remote remote, Cursor keys) {
        return remote.cache.get(keys.next());
    }

    @Benchmark
    public Object jetCache(Jet jet, Cursor keys) {
        return requireNonNull(jet.cache.apply(keys.next()));
    }

    @Benchmark
    @Threads(2)
    public Object jetCacheBy2(Jet jet, Cursor keys) {
        return requireNonNull(jet.cache.apply(keys.next()));
    }

    @Benchmark
    public Profile redisson(Redisson redisson, Cursor keys) {
        return requireNonNull(redisson.cache.get(keys.next()));
    }

    @Benchmark
    @Threads(2)
    public Profile redissonBy2(Redisson redisson, Cursor keys) {
        return requireNonNull(redisson.cache.get(keys.next()));
    }
}
