package dev.mneme.memory.redis;

import static java.util.Objects.requireNonNull;

import dev.mneme.memory.coordination.ApprovalLimits;
import dev.mneme.memory.coordination.ApprovalStore;
import dev.mneme.memory.coordination.spi.CoordinationStore;
import dev.mneme.memory.coordination.spi.LeaseStore;
import dev.mneme.memory.coordination.spi.SessionLimits;
import dev.mneme.memory.coordination.spi.SessionStore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Leases, sessions and approvals of a namespace in Redis. */
final class RedisCoordination implements CoordinationStore {

    private final Redis redis;
    private final String namespace;
    private final JacksonCodecs codecs;
    private final AtomicReference<@Nullable ApprovalStore> approvals = new AtomicReference<>();

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

    @Override
    public ApprovalStore approvals(ApprovalLimits limits) {
        ApprovalStore present = approvals.get();
        if (present == null) {
            approvals.compareAndSet(null, new RedisApprovalStore(redis, namespace, limits));
            present = requireNonNull(approvals.get());
        }
        return present;
    }
}
