package dev.mneme.servers.qdrant;

import io.grpc.Status;
import io.qdrant.client.grpc.Common.Condition;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Points.PointsSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** Refuses calls that could reach the points of more than one tenant, and keeps what it refused. */
final class TenantRule {

    /** The most violations kept; later ones are refused and not kept. */
    private static final int MAX_KEPT = 1_000;

    private final ReentrantLock lock = new ReentrantLock();

    // guarded by the lock
    private final List<String> violations = new ArrayList<>();
    private List<String> fields = List.of();

    void require(List<String> fields) {
        lock.lock();
        try {
            this.fields = List.copyOf(fields);
        } finally {
            lock.unlock();
        }
    }

    List<String> violations() {
        lock.lock();
        try {
            return List.copyOf(violations);
        } finally {
            lock.unlock();
        }
    }

    /** Lets a selection of points pass if it is a filter with the condition; a bare list of ids is anybody's. */
    void check(String call, PointsSelector selector) {
        check(call, selector.getFilter());
    }

    /**
     * Lets a filter pass that has one value of a tenant field among what must hold at its top level.
     *
     * @throws io.grpc.StatusRuntimeException FAILED_PRECONDITION if not
     */
    void check(String call, Filter filter) {
        lock.lock();
        try {
            if (fields.isEmpty() || filter.getMustList().stream().anyMatch(this::isTenant)) {
                return;
            }
            String violation = call + " without a condition on " + String.join(" or ", fields);
            if (violations.size() < MAX_KEPT) {
                violations.add(violation);
            }
            throw Status.FAILED_PRECONDITION
                    .withDescription("tenant rule of the Qdrant double: " + violation
                            + " (an equality at the top level of must)")
                    .asRuntimeException();
        } finally {
            lock.unlock();
        }
    }

    private boolean isTenant(Condition condition) {
        return fields.contains(condition.getField().getKey())
                && (condition.getField().getMatch().hasKeyword()
                        || condition.getField().getMatch().hasInteger());
    }
}
