package dev.mneme.memory.redis;

import static java.time.Duration.ofSeconds;

import dev.mneme.memory.Memory;
import dev.mneme.memory.MemorySettings;
import dev.mneme.memory.cache.TieredCacheContract;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** The contract of caches for memories on a Redis, which the tests of a class share. */
abstract class RedisCacheContract extends TieredCacheContract {

    /** A busy machine that runs tests may be late with a heartbeat, and nothing here waits for this to pass. */
    private static final Duration BOUND = ofSeconds(3);

    private static final AtomicInteger NAMESPACES = new AtomicInteger();

    private final String namespace = "kit-" + NAMESPACES.incrementAndGet();

    /** The way to the server under test. */
    protected abstract Redis redis();

    @Override
    protected Memory open(MemorySettings settings) {
        RedisMemory made = RedisMemory.builder(redis())
                .namespace(namespace)
                .stalenessBound(BOUND)
                .settings(settings)
                .build();
        until(() -> made.far().state().reachable());
        until(() -> made.cacheHealth().untrustedBuckets() == 0);
        return made;
    }

    @Override
    protected boolean timeCanBeMoved() {
        return false;
    }

    @Override
    protected void pass(Duration time) {
        throw new UnsupportedOperationException("the time of a real server cannot be moved");
    }

    @Override
    protected boolean hasFarLevel() {
        return true;
    }
}
