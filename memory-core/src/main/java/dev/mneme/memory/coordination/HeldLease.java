package dev.mneme.memory.coordination;

import static java.util.Objects.requireNonNull;

import dev.mneme.Ticker;
import dev.mneme.memory.coordination.spi.LeaseStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A lease that a {@link LeaseStore} granted, kept up by {@link LeaseTimers}. */
final class HeldLease implements Lease {

    private static final Logger log = LoggerFactory.getLogger(HeldLease.class);

    private enum State {
        HELD,
        LOST,
        CLOSED
    }

    private final LeaseStore store;
    private final LeaseTimers timers;
    private final Ticker ticker;
    private final String name;
    private final String owner;
    private final long fencingToken;
    private final Duration length;
    private final Consumer<HeldLease> ended;

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Runnable> onLoss = new ArrayList<>();
    private State state = State.HELD;
    private long endNanos;

    HeldLease(
            LeaseStore store,
            LeaseTimers timers,
            Ticker ticker,
            String name,
            String owner,
            long fencingToken,
            Duration length,
            long sentNanos,
            Consumer<HeldLease> ended) {
        this.store = store;
        this.timers = timers;
        this.ticker = ticker;
        this.name = name;
        this.owner = owner;
        this.fencingToken = fencingToken;
        this.length = length;
        this.endNanos = sentNanos + length.toNanos();
        this.ended = ended;
    }

    HeldLease keptUp() {
        timers.renewIn(length.dividedBy(3), this::renew);
        timers.watchIn(Duration.ofNanos(leftNanos()), this::watch);
        return this;
    }

    @Override
    public long fencingToken() {
        return fencingToken;
    }

    @Override
    public boolean isHeld() {
        if (leftNanos() <= 0) {
            lose();
        }
        return state() == State.HELD;
    }

    @Override
    public void onLoss(Runnable action) {
        requireNonNull(action, "action");
        boolean lost;
        lock.lock();
        try {
            lost = state == State.LOST;
            if (state == State.HELD) {
                onLoss.add(action);
            }
        } finally {
            lock.unlock();
        }
        if (lost) {
            LeaseTimers.apart(action);
        }
    }

    @Override
    public void close() {
        if (!end(State.CLOSED)) {
            return;
        }
        try {
            store.release(name, owner);
        } catch (UnreachableException e) {
            log.warn("a lock was not given free and stays taken for up to {}: {}", length, e.getMessage());
        }
    }

    private void renew() {
        if (state() != State.HELD) {
            return;
        }
        Duration next = length.dividedBy(3);
        try {
            long sentNanos = ticker.nanos();
            if (!store.renew(name, owner, length)) {
                lose();
                return;
            }
            renewed(sentNanos);
        } catch (UnreachableException e) {
            // the time is running: more often than each third
            next = length.dividedBy(20).plusMillis(10);
        } catch (RuntimeException e) {
            log.error("a lease could not be renewed", e);
        }
        timers.renewIn(next, this::renew);
    }

    private void renewed(long sentNanos) {
        lock.lock();
        try {
            endNanos = sentNanos + length.toNanos();
        } finally {
            lock.unlock();
        }
    }

    private void watch() {
        if (state() != State.HELD) {
            return;
        }
        long left = leftNanos();
        if (left <= 0) {
            lose();
        } else {
            timers.watchIn(Duration.ofNanos(left), this::watch);
        }
    }

    private void lose() {
        if (end(State.LOST)) {
            log.warn("a lock was lost before it was given free");
        }
    }

    /** Whether this call ended it. */
    private boolean end(State as) {
        List<Runnable> told;
        lock.lock();
        try {
            if (state != State.HELD) {
                return false;
            }
            state = as;
            told = List.copyOf(onLoss);
            onLoss.clear();
        } finally {
            lock.unlock();
        }
        ended.accept(this);
        if (as == State.LOST) {
            told.forEach(LeaseTimers::apart);
        }
        return true;
    }

    private State state() {
        lock.lock();
        try {
            return state;
        } finally {
            lock.unlock();
        }
    }

    private long leftNanos() {
        lock.lock();
        try {
            return endNanos - ticker.nanos();
        } finally {
            lock.unlock();
        }
    }
}
