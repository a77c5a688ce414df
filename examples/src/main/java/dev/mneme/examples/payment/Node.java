package dev.mneme.examples.payment;

import static dev.mneme.memory.cache.WhenDisconnected.LOADER;
import static java.time.Duration.ofSeconds;

import dev.mneme.memory.Memory;
import dev.mneme.memory.cache.Ack;
import dev.mneme.memory.cache.CacheHealth;
import dev.mneme.memory.cache.TieredCache;
import dev.mneme.memory.redis.Redis;
import dev.mneme.memory.redis.RedisMemory;

/** One instance of the host. */
final class Node implements AutoCloseable {

    private final Redis redis;
    private final Memory memory;
    private final TieredCache<UserId, Access> access;

    Node(String redisUri, Billing billing) {
        redis = Redis.connect(redisUri); // returns also when Redis is down
        memory = RedisMemory.on(redis);
        access = memory.cache("access-state", UserId.class, Access.class)
                .owner(UserId::tenant)
                .ttl(ofSeconds(45))
                .nearTtl(ofSeconds(20))
                .whenDisconnected(LOADER)
                .loader(billing::loadAccess)
                .bulkLoader(billing::loadAccessAll)
                .build();
    }

    /** What happens on every message. */
    Access accessOf(UserId user) {
        return access.get(user);
    }

    /** What happens once a payment or a cancellation is committed. */
    Ack changed(UserId user) {
        return access.invalidate(user);
    }

    TieredCache<UserId, Access> cache() {
        return access;
    }

    /** Connected, heard from within the bound, and with nothing left to send. */
    boolean isSettled() {
        CacheHealth health = memory.cacheHealth();
        return health.connected() && health.untrustedBuckets() == 0 && health.queuedInvalidations() == 0;
    }

    /** Cut off for longer than the bound: near values are not served any more. */
    boolean trustsNothing() {
        return memory.cacheHealth().untrustedBuckets() == 64;
    }

    @Override
    public void close() {
        memory.close();
        redis.close();
    }
}
