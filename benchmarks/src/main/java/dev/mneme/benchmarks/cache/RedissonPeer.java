package dev.mneme.benchmarks.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import org.redisson.Redisson;
import org.redisson.api.RBucket;
import org.redisson.api.RLocalCachedMap;
import org.redisson.api.RedissonClient;
import org.redisson.api.options.LocalCachedMapOptions;
import org.redisson.client.codec.BaseCodec;
import org.redisson.client.protocol.Decoder;
import org.redisson.client.protocol.Encoder;
import org.redisson.config.Config;

/** Redisson on a server, with all profiles in a local cached map and in buckets. */
final class RedissonPeer implements AutoCloseable {

    private final RedissonClient client;
    private final RLocalCachedMap<String, Profile> map;
    private final ProfileCodec codec = new ProfileCodec();

    private RedissonPeer(String uri) {
        var config = new Config();
        config.useSingleServer().setAddress(uri).setConnectionMinimumIdleSize(2).setConnectionPoolSize(8);
        client = Redisson.create(config);
        map = client.getLocalCachedMap(LocalCachedMapOptions.<String, Profile>name("redisson:map")
                .codec(codec)
                .cacheProvider(LocalCachedMapOptions.CacheProvider.CAFFEINE)
                .evictionPolicy(LocalCachedMapOptions.EvictionPolicy.LRU)
                .cacheSize(10_000)
                .timeToLive(Duration.ofHours(1)));
        for (String key : Profile.keys()) {
            map.fastPut(key, Profile.of(key));
            bucket(key).set(Profile.of(key));
        }
    }

    static RedissonPeer on(String uri) {
        return new RedissonPeer(uri);
    }

    RLocalCachedMap<String, Profile> map() {
        return map;
    }

    RBucket<Profile> bucket(String key) {
        return client.getBucket("redisson:" + key, codec);
    }

    @Override
    public void close() {
        client.shutdown();
    }

    /** Keys as they are, values as everybody's. */
    private static final class ProfileCodec extends BaseCodec {

        private final Encoder writes = value -> Unpooled.wrappedBuffer(((Profile) value).json());
        private final Decoder<Object> parses = (buffer, state) -> Profile.parse(ByteBufUtil.getBytes(buffer));
        private final Encoder writesKey = key -> Unpooled.wrappedBuffer(((String) key).getBytes(UTF_8));
        private final Decoder<Object> parsesKey = (buffer, state) -> text(buffer);

        private static String text(ByteBuf buffer) {
            return buffer.toString(UTF_8);
        }

        @Override
        public Encoder getValueEncoder() {
            return writes;
        }

        @Override
        public Decoder<Object> getValueDecoder() {
            return parses;
        }

        @Override
        public Encoder getMapKeyEncoder() {
            return writesKey;
        }

        @Override
        public Decoder<Object> getMapKeyDecoder() {
            return parsesKey;
        }
    }
}
