package dev.mneme.memory.coordination;

import dev.mneme.Ticker;
import dev.mneme.memory.coordination.spi.LeaseStore;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** Leases of one process. A name that nobody holds takes no room: tokens are counted for all names together. */
final class LocalLeaseStore implements LeaseStore {

    private record Held(String owner, long fencingToken, long endNanos) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Held> byName = new HashMap<>();
    private final Ticker ticker;
    private long lastToken;

    LocalLeaseStore(Ticker ticker) {
        this.ticker = ticker;
    }

    @Override
    public Grant acquire(String name, String owner, Duration lease) {
        lock.lock();
        try {
            long nowNanos = ticker.nanos();
            Held held = byName.get(name);
            long token;
            if (held == null || held.endNanos - nowNanos <= 0) {
                token = ++lastToken;
            } else if (held.owner.equals(owner)) {
                token = held.fencingToken;
            } else {
                return new Grant.Held(Duration.ofNanos(held.endNanos - nowNanos));
            }
            byName.put(name, new Held(owner, token, nowNanos + lease.toNanos()));
            if (byName.size() % 64 == 0) {
                byName.values().removeIf(other -> other.endNanos - nowNanos <= 0);
            }
            return new Grant.Granted(token);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean renew(String name, String owner, Duration lease) {
        lock.lock();
        try {
            long nowNanos = ticker.nanos();
            Held held = byName.get(name);
            if (held == null || !held.owner.equals(owner) || held.endNanos - nowNanos <= 0) {
                return false;
            }
            byName.put(name, new Held(owner, held.fencingToken, nowNanos + lease.toNanos()));
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void release(String name, String owner) {
        lock.lock();
        try {
            Held held = byName.get(name);
            if (held != null && held.owner.equals(owner)) {
                byName.remove(name);
            }
        } finally {
            lock.unlock();
        }
    }
}
