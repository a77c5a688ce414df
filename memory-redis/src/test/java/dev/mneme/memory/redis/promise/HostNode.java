package dev.mneme.memory.redis.promise;

import static java.time.Duration.ofSeconds;

import dev.mneme.memory.Memory;
import dev.mneme.memory.cache.CacheBuilder;
import dev.mneme.memory.cache.CacheHealth;
import dev.mneme.memory.redis.Redis;
import dev.mneme.memory.redis.RedisMemory;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** One instance of a host: a connection and a memory of its own. */
final class HostNode implements AutoCloseable {

    static final long PATIENCE_SECONDS = 60;

    final Redis redis;
    final Memory memory;

    HostNode(String... uris) {
        // tests share their machine with others: what is slow here is not away
        redis = Redis.builder(uris).patience(ofSeconds(2)).build();
        memory = RedisMemory.on(redis);
    }

    /** A cache as hosts have them, but patient with a busy machine. */
    CacheBuilder<String, String> texts(String name) {
        return memory.cache(name, String.class, String.class)
                .shared()
                .ttl(ofSeconds(600))
                .farTimeout(ofSeconds(2));
    }

    /** Connected, heard from within the bound, and with nothing left to send. */
    boolean isSettled() {
        CacheHealth health = memory.cacheHealth();
        return health.connected() && health.untrustedBuckets() == 0 && health.queuedInvalidations() == 0;
    }

    HostNode settled() {
        until("the node has settled", this::isSettled);
        return this;
    }

    static void until(String what, BooleanSupplier holds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("waited " + PATIENCE_SECONDS + " s, and still not: " + what);
            }
            try {
                Thread.sleep(2);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting until " + what, e);
            }
        }
    }

    @Override
    public void close() {
        memory.close();
        redis.close();
    }
}
