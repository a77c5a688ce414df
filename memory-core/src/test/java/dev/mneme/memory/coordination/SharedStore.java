package dev.mneme.memory.coordination;

import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.memory.coordination.spi.CoordinationStore;
import dev.mneme.memory.coordination.spi.LeaseStore;
import dev.mneme.memory.coordination.spi.SessionLimits;
import dev.mneme.memory.coordination.spi.SessionStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** One instance's way to a store that others share; it can be cut, as by the network or by a long pause. */
final class SharedStore implements CoordinationStore {

    private final CoordinationStore store;
    private volatile boolean cut;

    SharedStore(CoordinationStore store) {
        this.store = store;
    }

    void cut() {
        cut = true;
    }

    void heal() {
        cut = false;
    }

    private <T> T ask(Supplier<T> call) {
        if (cut) {
            throw new UnreachableException("cut off");
        }
        return call.get();
    }

    @Override
    public LeaseStore leases(String kind) {
        return new Leases(store.leases(kind));
    }

    @Override
    public SessionStore sessions(String name, SessionLimits limits) {
        return new Sessions(store.sessions(name, limits));
    }

    @Override
    public ApprovalStore approvals(ApprovalLimits limits) {
        return store.approvals(limits);
    }

    private final class Leases implements LeaseStore {

        private final LeaseStore to;

        Leases(LeaseStore to) {
            this.to = to;
        }

        @Override
        public Grant acquire(String name, String owner, Duration lease) {
            return ask(() -> to.acquire(name, owner, lease));
        }

        @Override
        public boolean renew(String name, String owner, Duration lease) {
            return ask(() -> to.renew(name, owner, lease));
        }

        @Override
        public void release(String name, String owner) {
            ask(() -> {
                to.release(name, owner);
                return true;
            });
        }
    }

    private final class Sessions implements SessionStore {

        private final SessionStore to;

        Sessions(SessionStore to) {
            this.to = to;
        }

        @Override
        public Reply open(SessionKey key, Map<String, String> data) {
            return ask(() -> to.open(key, data));
        }

        @Override
        public Reply touch(SessionKey key, int turns) {
            return ask(() -> to.touch(key, turns));
        }

        @Override
        public Reply pause(SessionKey key) {
            return ask(() -> to.pause(key));
        }

        @Override
        public Reply end(SessionKey key) {
            return ask(() -> to.end(key));
        }

        @Override
        public Reply find(SessionKey key) {
            return ask(() -> to.find(key));
        }

        @Override
        public Reply update(SessionKey key, long version, Map<String, String> data, long fence) {
            return ask(() -> to.update(key, version, data, fence));
        }

        @Override
        public Reply begin(SessionKey key, String owner, Duration lease) {
            return ask(() -> to.begin(key, owner, lease));
        }

        @Override
        public boolean renew(SessionKey key, String owner, Duration lease) {
            return ask(() -> to.renew(key, owner, lease));
        }

        @Override
        public void finish(SessionKey key, String owner) {
            ask(() -> {
                to.finish(key, owner);
                return true;
            });
        }

        @Override
        public Reply restore(Returning returning) {
            return ask(() -> to.restore(returning));
        }

        @Override
        public SessionPage page(SessionPage.Request request) {
            return ask(() -> to.page(request));
        }

        @Override
        public long count() {
            return ask(to::count);
        }

        @Override
        public List<SessionSummary> overdue(int limit) {
            return ask(() -> to.overdue(limit));
        }

        @Override
        public void told(List<SessionSummary> ends) {
            ask(() -> {
                to.told(ends);
                return true;
            });
        }

        @Override
        public long erase(Tenant tenant) {
            return ask(() -> to.erase(tenant));
        }
    }
}
