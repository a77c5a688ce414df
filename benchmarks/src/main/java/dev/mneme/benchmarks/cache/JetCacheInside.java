package dev.mneme.benchmarks.cache;

import static java.util.Objects.requireNonNull;

import com.alicp.jetcache.Cache;
import com.alicp.jetcache.CacheValueHolder;
import com.alicp.jetcache.MultiLevelCacheBuilder;
import com.alicp.jetcache.embedded.CaffeineCacheBuilder;
import com.alicp.jetcache.redis.lettuce.RedisLettuceCacheBuilder;
import io.lettuce.core.RedisClient;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Makes the caches of {@link JetCachePeer}, on whose class path it is loaded; all that goes in and out has types of the
 * JDK. Public for its loader.
 */
public final class JetCacheInside implements Function<Map<String, Object>, Map<String, Object>> {

    private static final int HEAD = 16;

    @Override
    @SuppressWarnings("unchecked")
    public Map<String, Object> apply(Map<String, Object> given) {
        var writes = (Function<Object, byte[]>) requireNonNull(given.get("writes"));
        var parses = (Function<byte[], Object>) requireNonNull(given.get("parses"));
        RedisClient client = RedisClient.create((String) requireNonNull(given.get("uri")));
        Cache<String, Object> near = CaffeineCacheBuilder.createCaffeineCacheBuilder()
                .limit(10_000)
                .expireAfterWrite(1, TimeUnit.HOURS)
                .buildCache();
        Cache<String, Object> far = RedisLettuceCacheBuilder.createRedisLettuceCacheBuilder()
                .redisClient(client)
                .keyPrefix("jetcache:")
                .expireAfterWrite(1, TimeUnit.HOURS)
                .keyConvertor(key -> key)
                .valueEncoder(held -> write((CacheValueHolder<Object>) held, writes))
                .valueDecoder(bytes -> parse(bytes, parses))
                .buildCache();
        Cache<String, Object> both = MultiLevelCacheBuilder.createMultiLevelCacheBuilder()
                .addCache(near, far)
                .expireAfterWrite(1, TimeUnit.HOURS)
                .buildCache();
        var source = (Function<String, Object>) requireNonNull(given.get("source"));
        for (String key : (String[]) requireNonNull(given.get("keys"))) {
            both.put(key, source.apply(key));
        }
        Function<String, Object> readBoth = both::get;
        Function<String, Object> readFar = far::get;
        Runnable end = client::shutdown;
        return Map.of("both", readBoth, "far", readFar, "end", end);
    }

    /** As its own encoders do, with the times of the holder before the value. */
    private static byte[] write(CacheValueHolder<Object> held, Function<Object, byte[]> writes) {
        byte[] json = writes.apply(held.getValue());
        return ByteBuffer.allocate(HEAD + json.length)
                .putLong(held.getExpireTime())
                .putLong(held.getAccessTime())
                .put(json)
                .array();
    }

    private static Object parse(byte[] bytes, Function<byte[], Object> parses) {
        var head = ByteBuffer.wrap(bytes);
        var held = new CacheValueHolder<Object>();
        held.setExpireTime(head.getLong());
        held.setAccessTime(head.getLong());
        held.setValue(parses.apply(Arrays.copyOfRange(bytes, HEAD, bytes.length)));
        return held;
    }
}
