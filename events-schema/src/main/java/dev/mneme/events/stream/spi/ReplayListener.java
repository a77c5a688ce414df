package dev.mneme.events.stream.spi;

import dev.mneme.events.stream.ReplaySignal;
import dev.mneme.events.stream.ReplaySignal.End;
import dev.mneme.events.stream.ReplaySignal.Gap;
import dev.mneme.events.stream.ReplaySignal.Heartbeat;
import dev.mneme.events.stream.ReplaySignal.Item;
import dev.mneme.events.stream.ReplaySubscriber;
import dev.mneme.events.stream.ReplaySubscription;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener of a replay buffer and what waits for it. At most one thread at a time calls it.
 *
 * <p>Nothing here waits for the listener. Methods that take a list put this listener into it when a thread must be found for
 * it; the caller hands the list to {@link ReplayListeners#start} once it has let go of its own locks.
 */
public final class ReplayListener implements ReplaySubscription, Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(ReplayListener.class);

    /** Signals of one turn, after which others that wait for a thread come first. */
    private static final int TURN = 64;

    private final ReplayListeners all;
    private final ReplaySubscriber subscriber;
    private final Consumer<ReplayListener> onLeave;
    /** Taken under a session's lock or alone; no other lock is taken under this one. */
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

    ReplayListener(
            ReplayListeners all,
            ReplaySubscriber subscriber,
            Consumer<ReplayListener> onLeave,
            @Nullable Gap gap,
            List<Item> missed,
            long now) {
        this.all = all;
        this.subscriber = subscriber;
        this.onLeave = onLeave;
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
        lock.lock();
        try {
            endWith(null);
            end = null;
            dropWaiting();
        } finally {
            lock.unlock();
        }
        onLeave.accept(this);
    }

    /** Has a listener that was just made be called, if there is something to be told. */
    public void begin(List<ReplayListener> starting) {
        lock.lock();
        try {
            schedule(starting);
        } finally {
            lock.unlock();
        }
    }

    /** Adds an event, or ends the subscription if it is too far behind; whether it is still attached. */
    public boolean add(Item item, List<ReplayListener> starting) {
        lock.lock();
        try {
            if (over) {
                return false;
            }
            boolean fits = waiting.size() < all.maxBehind();
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

    /**
     * Tells of a gap, and then what the buffer holds; what it has not been given before the gap is dropped, for a gap says
     * that there is something to be loaded anew. Answers whether it is still attached.
     */
    public boolean restart(Gap told, List<Item> held, List<ReplayListener> starting) {
        lock.lock();
        try {
            if (over) {
                return false;
            }
            dropWaiting();
            gap = told;
            missed.addAll(held);
            all.countGap();
            schedule(starting);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Ends a call that takes too long, and says a heartbeat after a silence; answers whether it is still attached. */
    public boolean sweep(ReplayListeners.Sweep sweep, List<ReplayListener> starting) {
        lock.lock();
        try {
            if (over) {
                return false;
            }
            Thread hanging = calling;
            if (hanging != null && callingSinceNanos - sweep.hangsSince <= 0) {
                endSlow();
                hanging.interrupt();
                return false;
            }
            if (hanging == null && !hasNext() && lastSignalNanos - sweep.silentSince <= 0) {
                heartbeat = sweep.heartbeat;
            }
            schedule(starting);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** What waits is still given, unless it was erased, and then the reason. */
    public void end(End.Reason reason, List<ReplayListener> starting) {
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

    /** Gives what waits, on this thread. */
    @Override
    public void run() {
        ReplaySignal signal = next();
        for (int i = 1; signal != null && give(signal); i++) {
            if (i == TURN) {
                given();
                all.start(List.of(this));
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
            close();
            return false;
        }
        if (signal instanceof Item) {
            all.countSent();
        }
        return true;
    }

    /** The next signal, for this thread to give; null if there is none, and then it has no duty any more. */
    private @Nullable ReplaySignal next() {
        long now = all.nanos();
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
        long now = all.nanos();
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

    private void schedule(List<ReplayListener> starting) {
        if (!scheduled && hasNext()) {
            scheduled = true;
            starting.add(this);
        }
    }

    private void endSlow() {
        // first, so that whoever sees the end finds it counted
        all.countDropped();
        dropWaiting();
        endWith(End.Reason.SLOW);
    }

    /** Silently if there is no reason. */
    private void endWith(End.@Nullable Reason reason) {
        if (!over) {
            over = true;
            all.over();
            end = reason == null ? null : new End(reason);
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
