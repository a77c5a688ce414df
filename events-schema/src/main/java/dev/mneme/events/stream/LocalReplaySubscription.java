package dev.mneme.events.stream;

import dev.mneme.events.stream.ReplaySignal.End;
import dev.mneme.events.stream.ReplaySignal.Gap;
import dev.mneme.events.stream.ReplaySignal.Heartbeat;
import dev.mneme.events.stream.ReplaySignal.Item;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener of a {@link LocalReplaySession} and what waits for it. At most one thread at a time calls the listener.
 */
final class LocalReplaySubscription implements ReplaySubscription, Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(LocalReplayBuffer.class);

    /** Signals of one turn, after which others that wait for a thread come first. */
    private static final int TURN = 64;

    private final LocalReplaySession session;
    private final ReplaySubscriber subscriber;
    private final int maxBehind;
    /** Taken under the session's lock or alone; that lock is not taken under this one. */
    private final ReentrantLock lock = new ReentrantLock();

    // guarded by the lock; what it missed before it came is not counted as being behind
    private final Deque<Item> missed;
    private final Deque<Item> waiting = new ArrayDeque<>();
    private @Nullable Gap gap;
    private @Nullable Heartbeat heartbeat;
    private @Nullable End end;
    private boolean over;
    private boolean scheduled;
    private long lastSignalNanos;
    private @Nullable Thread calling;
    private long callingSinceNanos;

    LocalReplaySubscription(
            LocalReplaySession session,
            ReplaySubscriber subscriber,
            int maxBehind,
            @Nullable Gap gap,
            List<Item> missed,
            long now) {
        this.session = session;
        this.subscriber = subscriber;
        this.maxBehind = maxBehind;
        this.gap = gap;
        this.missed = new ArrayDeque<>(missed);
        this.lastSignalNanos = now;
    }

    @Override
    public boolean isOpen() {
        lock.lock();
        try {
            return !over;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        session.leave(this);
    }

    /**
     * Adds an event, or ends the subscription if it is too far behind.
     *
     * @param starting gets this subscription if a thread must be found for it
     * @return whether it is still attached
     */
    boolean add(Item item, List<LocalReplaySubscription> starting) {
        lock.lock();
        try {
            boolean fits = waiting.size() < maxBehind;
            if (fits) {
                waiting.add(item);
            } else {
                endSlow();
            }
            schedule(starting);
            return fits;
        } finally {
            lock.unlock();
        }
    }

    /** Ends a call that takes too long, and says a heartbeat after a silence; answers whether it is still attached. */
    boolean sweep(long hangsSince, long silentSince, Heartbeat due, List<LocalReplaySubscription> starting) {
        lock.lock();
        try {
            Thread hanging = calling;
            if (hanging != null && callingSinceNanos - hangsSince <= 0) {
                endSlow();
                hanging.interrupt();
                return false;
            }
            if (hanging == null && !hasNext() && lastSignalNanos - silentSince <= 0) {
                heartbeat = due;
            }
            schedule(starting);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** What waits is still given, unless it was erased, and then the reason. */
    void end(End.Reason reason, List<LocalReplaySubscription> starting) {
        lock.lock();
        try {
            if (reason == End.Reason.ERASED) {
                dropWaiting();
            }
            endWith(reason);
            schedule(starting);
        } finally {
            lock.unlock();
        }
    }

    /** Nothing more is given. */
    void endSilently() {
        lock.lock();
        try {
            over = true;
            end = null;
            dropWaiting();
        } finally {
            lock.unlock();
        }
    }

    void scheduleFirst(List<LocalReplaySubscription> starting) {
        lock.lock();
        try {
            schedule(starting);
        } finally {
            lock.unlock();
        }
    }

    /** Gives what waits, on this thread. */
    @Override
    public void run() {
        ReplaySignal signal = next();
        for (int i = 1; signal != null && give(signal); i++) {
            if (i == TURN) {
                given();
                session.runLater(this);
                return;
            }
            signal = next();
        }
    }

    /** Answers whether the listener is still there. */
    private boolean give(ReplaySignal signal) {
        try {
            subscriber.receive(signal);
        } catch (Throwable t) {
            // the message may hold user data
            LOG.debug("a listener is gone: {}", t.getClass().getName());
            given();
            session.leave(this);
            return false;
        }
        if (signal instanceof Item) {
            session.sent();
        }
        return true;
    }

    /** The next signal, for this thread to give; null if there is none, and then it has no duty any more. */
    private @Nullable ReplaySignal next() {
        long now = session.nanos();
        lock.lock();
        try {
            endCall(now);
            ReplaySignal next = poll();
            if (next == null) {
                scheduled = false;
            } else {
                calling = Thread.currentThread();
                callingSinceNanos = now;
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    private void given() {
        long now = session.nanos();
        lock.lock();
        try {
            endCall(now);
        } finally {
            lock.unlock();
        }
    }

    private void endCall(long now) {
        if (calling != null) {
            calling = null;
            lastSignalNanos = now;
            // one that was meant for the call, and came too late for it
            Thread.interrupted();
        }
    }

    private void schedule(List<LocalReplaySubscription> starting) {
        if (!scheduled && hasNext()) {
            scheduled = true;
            starting.add(this);
        }
    }

    private void endSlow() {
        // first, so that whoever sees the end finds it counted
        session.dropped();
        dropWaiting();
        endWith(End.Reason.SLOW);
    }

    private void endWith(End.Reason reason) {
        if (!over) {
            over = true;
            end = new End(reason);
        }
    }

    private void dropWaiting() {
        missed.clear();
        waiting.clear();
        gap = null;
        heartbeat = null;
    }

    private boolean hasNext() {
        return gap != null || !missed.isEmpty() || !waiting.isEmpty() || heartbeat != null || end != null;
    }

    private @Nullable ReplaySignal poll() {
        if (gap != null) {
            Gap first = gap;
            gap = null;
            return first;
        }
        Item item = missed.isEmpty() ? waiting.poll() : missed.poll();
        if (item != null) {
            // an event tells as well that the connection lives
            heartbeat = null;
            return item;
        }
        ReplaySignal last = heartbeat == null ? end : heartbeat;
        if (heartbeat == null) {
            end = null;
        }
        heartbeat = null;
        return last;
    }
}
