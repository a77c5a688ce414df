package dev.mneme.benchmarks.cache;

import static java.util.Objects.requireNonNull;

import dev.mneme.memory.Memory;
import dev.mneme.memory.cache.Batch;
import dev.mneme.memory.cache.TieredCache;
import dev.mneme.memory.redis.Redis;
import dev.mneme.memory.redis.RedisMemory;
import dev.mneme.servers.RedisServer;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * A read that finds its value in Redis and not near, and one of 100 such at once; on one thread, p50 and p99.
 *
 * <pre>
 * java -cp "benchmarks/target/*:benchmarks/target/lib/*" org.openjdk.jmh.Main CacheFarBenchmark -prof gc \
 *     -rf json -rff benchmarks/results/cache-far.json
 * </pre>
 *
 * <p>All read the same 1,024 profiles as JSON by the same mapper, from a server of their own. {@link #raw} and
 * {@link #rawAll} are what Lettuce and the mapper cost alone, on the bytes of the profile; no cache stands around them.
 * Mneme's near level is on, with a time to live of one nanosecond: each read looks near, finds nothing that may be
 * served, and writes near what it read. JetCache and Redisson are read at their far level alone.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 4, time = 1)
public class CacheFarBenchmark {

    private static final int BATCH = 100;

    /** Lettuce alone. */
    @State(Scope.Benchmark)
    public static class Raw {
        RedisServer server;
        RedisClient client;
        RedisCommands<String, byte[]> commands;

        @Setup
        public void fill() {
            server = RedisServer.start();
            client = RedisClient.create(server.uri());
            commands = client.connect(RedisCodec.of(StringCodec.ASCII, ByteArrayCodec.INSTANCE))
                    .sync();
            for (String key : Profile.keys()) {
                commands.set(key, Profile.of(key).json());
            }
        }

        @TearDown
        public void end() {
            client.shutdown();
            server.close();
        }
    }

    /** Mneme, with nothing to be found near. */
    @State(Scope.Benchmark)
    public static class Remote {
        RedisServer server;
        Redis redis;
        Memory memory;
        TieredCache<String, Profile> cache;
        long loads;

        @Setup
        public void fill() {
            server = RedisServer.start();
            redis = Redis.builder(server.uri())
                    .patience(Duration.ofSeconds(2)) // a pause of the machine is no reason to load
                    .build();
            memory = RedisMemory.on(redis);
            Trust.await(memory);
            cache = memory.cache("profiles", String.class, Profile.class)
                    .shared()
                    .ttl(Duration.ofHours(1))
                    .nearTtl(Duration.ofNanos(1))
                    .farTimeout(Duration.ofSeconds(2))
                    .loader((key, context) -> Profile.of(key))
                    .build();
            do {
                loads = cache.stats().loads();
                cache.warmUp(Arrays.asList(Profile.keys()));
            } while (cache.stats().loads() > loads);
        }

        @TearDown
        public void end() {
            if (cache.stats().loads() > loads || cache.stats().nearHits() > 0) {
                throw new IllegalStateException("every read must have been a far hit, were " + cache.stats());
            }
            memory.close();
            redis.close();
            server.close();
        }
    }

    /** JetCache's level in Redis. */
    @State(Scope.Benchmark)
    public static class Jet {
        RedisServer server;
        JetCachePeer peer;
        Function<String, Object> cache;

        @Setup
        public void fill() {
            server = RedisServer.start();
            peer = JetCachePeer.on(server.uri());
            cache = peer.far();
        }

        @TearDown
        public void end() {
            peer.close();
            server.close();
        }
    }

    /** Redisson's buckets. */
    @State(Scope.Benchmark)
    public static class Redisson {
        RedisServer server;
        RedissonPeer peer;

        @Setup
        public void fill() {
            server = RedisServer.start();
            peer = RedissonPeer.on(server.uri());
        }

        @TearDown
        public void end() {
            peer.close();
            server.close();
        }
    }

    @Benchmark
    public Profile raw(Raw raw, Cursor keys) {
        return Profile.parse(raw.commands.get(keys.next()));
    }

    @Benchmark
    public Profile mneme(Remote remote, Cursor keys) {
        return remote.cache.get(keys.next());
    }

    @Benchmark
    public Object jetCache(Jet jet, Cursor keys) {
        return requireNonNull(jet.cache.apply(keys.next()));
    }

    @Benchmark
    public Profile redisson(Redisson redisson, Cursor keys) {
        return redisson.peer.bucket(keys.next()).get();
    }

    @Benchmark
    public Map<String, Profile> rawAll(Raw raw, Cursor keys) {
        List<KeyValue<String, byte[]>> found =
                raw.commands.mget(keys.next(BATCH).toArray(String[]::new));
        var profiles = new HashMap<String, Profile>(2 * BATCH);
        for (KeyValue<String, byte[]> one : found) {
            profiles.put(one.getKey(), Profile.parse(one.getValue()));
        }
        return profiles;
    }

    @Benchmark
    public Batch<String, Profile> mnemeAll(Remote remote, Cursor keys) {
        return remote.cache.getAll(keys.next(BATCH));
    }
}
