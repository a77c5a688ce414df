package dev.mneme.memory.redis.stream;

import dev.mneme.SessionKey;
import dev.mneme.events.stream.Attachment;
import dev.mneme.events.stream.ReplayId;
import dev.mneme.events.stream.ReplaySignal.End;
import dev.mneme.events.stream.ReplaySignal.Gap;
import dev.mneme.events.stream.ReplaySignal.Item;
import dev.mneme.events.stream.ReplayStart;
import dev.mneme.events.stream.ReplaySubscriber;
import dev.mneme.events.stream.spi.ReplayExtent;
import dev.mneme.events.stream.spi.ReplayListener;
import dev.mneme.events.stream.spi.ReplayListeners;
import dev.mneme.memory.redis.stream.ReplayCalls.After;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The listeners that one session has on this node, and up to which event each of them was given. What is held in Redis
 * comes here by looks, and what is appended on this node also directly; each listener is given what follows its last one,
 * from wherever that comes first.
 */
final class ReplaySession {

    /** A listener and its last event. */
    private static final class Follower {

        private final ReplayListener listener;
        private String incarnation;
        private long number;

        private Follower(ReplayListener listener, String incarnation, long number) {
            this.listener = listener;
            this.incarnation = incarnation;
            this.number = number;
        }

        private boolean has(ReplayId id) {
            return incarnation.equals(id.incarnation()) && number >= id.number();
        }

        private boolean isJustBefore(ReplayId id) {
            return incarnation.equals(id.incarnation()) && number + 1 == id.number();
        }
    }

    private final SessionKey key;
    private final ReplayListeners listeners;
    private final AtomicInteger attaching = new AtomicInteger();
    private final AtomicReference<@Nullable ReplayId> heard = new AtomicReference<>();
    /** What every listener has been given; some that came later may not. */
    private volatile @Nullable ReplayId given;

    private final ReentrantLock lock = new ReentrantLock();

    // guarded by the lock
    private final List<Follower> followers = new ArrayList<>();
    private boolean closed;
    private String incarnation = "";
    private long latestLook;
    private long heldEvents;
    private long heldBytes;

    ReplaySession(SessionKey key, ReplayListeners listeners) {
        this.key = key;
        this.listeners = listeners;
    }

    SessionKey key() {
        return key;
    }

    /** Somebody is about to attach; until {@link #arrived} this session is not forgotten. */
    void expect() {
        attaching.incrementAndGet();
    }

    void arrived() {
        attaching.decrementAndGet();
    }

    boolean isUnused() {
        lock.lock();
        try {
            return attaching.get() == 0 && followers.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Attaches a listener that has entered, by a look at what is held. Somebody should see afterwards whether it {@link #next
     * lacks} what came since the look.
     *
     * @param look the later it was sent the higher
     * @return null if the session is closed
     */
    Attachment.@Nullable Attached attach(
            ReplayStart start, ReplaySubscriber subscriber, ReplayWindow window, long look) {
        ReplayExtent extent = window.extent();
        Gap gap = extent.gapBefore(start);
        long after = extent.after(start);
        List<Item> missed = window.items().stream()
                .filter(item -> item.id().number() > after)
                .toList();
        var starting = new ArrayList<ReplayListener>();
        ReplayListener listener;
        lock.lock();
        try {
            if (closed) {
                return null;
            }
            listener = listeners.listener(subscriber, this::leave, gap, missed);
            followers.add(new Follower(listener, extent.incarnation(), extent.last()));
            listener.begin(starting);
            found(window, look);
            ReplayId last = given;
            if (last != null) {
                hear(last);
            }
        } finally {
            lock.unlock();
        }
        listeners.start(starting);
        return new Attachment.Attached(listener, Optional.ofNullable(gap));
    }

    /** An event was appended on this node; answers whether some listener lacks what came before it. */
    boolean offer(Item item) {
        var starting = new ArrayList<ReplayListener>();
        boolean lacking;
        lock.lock();
        try {
            for (Follower follower : followers) {
                if (follower.isJustBefore(item.id())) {
                    give(follower, item, starting);
                }
            }
            dropClosed();
            lacking = !followers.stream().allMatch(follower -> follower.has(item.id()));
            if (!lacking) {
                given = item.id();
            }
            hear(item.id());
        } finally {
            lock.unlock();
        }
        listeners.start(starting);
        return lacking;
    }

    /** There is such an event, or has been; answers whether some listener may lack it. */
    boolean hear(ReplayId id) {
        ReplayId last = given;
        heard.accumulateAndGet(id, ReplaySession::later);
        return last == null || !last.incarnation().equals(id.incarnation()) || last.number() < id.number();
    }

    /** After what to look; null if every listener has been given what was heard of. */
    @Nullable
    After next(boolean inAnyCase) {
        ReplayId last = heard.getAndSet(null);
        lock.lock();
        try {
            boolean behind = last != null && !followers.stream().allMatch(follower -> follower.has(last));
            return followers.isEmpty() || !(inAnyCase || behind) ? null : lowest();
        } finally {
            lock.unlock();
        }
    }

    /**
     * What a look has found.
     *
     * @param look the later it was sent the higher
     * @return whether there must be another
     */
    boolean accept(ReplayWindow window, long look) {
        var starting = new ArrayList<ReplayListener>();
        boolean again = false;
        lock.lock();
        try {
            if (look < latestLook && !window.extent().incarnation().equals(incarnation)) {
                // of the time before a loss
                return true;
            }
            found(window, look);
            for (Follower follower : followers) {
                again |= !bring(follower, window, starting);
            }
            dropClosed();
            if (!again && window.extent().last() > 0) {
                given = new ReplayId(incarnation, window.extent().last());
            }
        } finally {
            lock.unlock();
        }
        listeners.start(starting);
        return again;
    }

    void sweep(ReplayListeners.Sweep sweep) {
        var starting = new ArrayList<ReplayListener>();
        lock.lock();
        try {
            followers.removeIf(follower -> !follower.listener.sweep(sweep, starting));
        } finally {
            lock.unlock();
        }
        listeners.start(starting);
    }

    void end(End.Reason reason) {
        var starting = new ArrayList<ReplayListener>();
        lock.lock();
        try {
            closed |= reason == End.Reason.CLOSED;
            followers.forEach(follower -> follower.listener.end(reason, starting));
            followers.clear();
        } finally {
            lock.unlock();
        }
        listeners.start(starting);
    }

    /** Events and bytes that Redis held when it was last looked at. */
    long[] held() {
        lock.lock();
        try {
            return new long[] {heldEvents, heldBytes};
        } finally {
            lock.unlock();
        }
    }

    private void found(ReplayWindow window, long look) {
        if (look >= latestLook) {
            latestLook = look;
            incarnation = window.extent().incarnation();
            heldEvents = window.held();
            heldBytes = window.bytes();
        }
    }

    private void dropClosed() {
        followers.removeIf(follower -> !follower.listener.isOpen());
    }

    /** Answers whether the window was enough for it. */
    private boolean bring(Follower follower, ReplayWindow window, List<ReplayListener> starting) {
        ReplayExtent extent = window.extent();
        boolean same = follower.incarnation.equals(extent.incarnation());
        if (same && follower.number >= extent.last()) {
            return true;
        }
        if (!extent.continues(follower.incarnation, follower.number)) {
            if (!window.isWhole()) {
                return false;
            }
            follower.listener.restart(extent.gap(), window.items(), starting);
        } else if (!window.hasAllAfter(follower.number)) {
            return false;
        } else {
            for (Item item : window.items()) {
                if (item.id().number() > follower.number) {
                    give(follower, item, starting);
                }
            }
        }
        follower.incarnation = extent.incarnation();
        follower.number = extent.last();
        return true;
    }

    private static void give(Follower follower, Item item, List<ReplayListener> starting) {
        follower.number = item.id().number();
        follower.listener.add(item, starting);
    }

    private After lowest() {
        Follower lowest = followers.get(0);
        for (Follower follower : followers) {
            if (!follower.incarnation.equals(lowest.incarnation)) {
                return After.NOTHING;
            }
            if (follower.number < lowest.number) {
                lowest = follower;
            }
        }
        return new After(lowest.incarnation, lowest.number);
    }

    private static ReplayId later(@Nullable ReplayId one, ReplayId other) {
        if (one != null && one.incarnation().equals(other.incarnation()) && one.number() > other.number()) {
            return one;
        }
        return other;
    }

    private void leave(ReplayListener listener) {
        lock.lock();
        try {
            followers.removeIf(follower -> follower.listener == listener);
        } finally {
            lock.unlock();
        }
    }
}
