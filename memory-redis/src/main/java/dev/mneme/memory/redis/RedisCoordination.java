package dev.mneme.memory.redis;

import dev.mneme.memory.coordination.spi.CoordinationStore;
import dev.mneme.memory.coordination.spi.LeaseStore;
import dev.mneme.memory.coordination.spi.SessionLimits;
import dev.mneme.memory.coordination.spi.SessionStore;

/** Leases and sessions of a namespace in Redis. */
final class RedisCoordination implements CoordinationStore {

    private final Redis redis;
    private final String namespace;
    private final JacksonCodecs codecs;

    RedisCoordination(Redis redis, String namespace, JacksonCodecs codecs) {
        this.redis = redis;
        this.namespace = namespace;
        this.codecs = codecs;
    }

    @Override
    public LeaseStore leases(String kind) {
        return new RedisLeaseStore(redis, namespace, kind);
    }

    @Override
    public SessionStore sessions(String name, SessionLimits limits) {
        return new RedisSessionStore(redis, namespace, name, limits, codecs);
    }
}
