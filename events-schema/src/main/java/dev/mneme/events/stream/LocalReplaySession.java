package dev.mneme.events.stream;

import dev.mneme.events.stream.ReplaySignal.End;
import dev.mneme.events.stream.ReplaySignal.Gap;
import dev.mneme.events.stream.ReplaySignal.Item;
import dev.mneme.events.stream.spi.ReplayExtent;
import dev.mneme.events.stream.spi.ReplayListener;
import dev.mneme.events.stream.spi.ReplayListeners;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One session of a {@link LocalReplayBuffer}: its window of events and its listeners. */
final class LocalReplaySession {

    private record Kept(Item item, long atNanos) {}

    private final LocalReplayBuffer buffer;
    private final String incarnation;
    private final ReentrantLock lock = new ReentrantLock();

    // guarded by the lock
    private final Deque<Kept> window = new ArrayDeque<>();
    private final Set<ReplayListener> listeners = new LinkedHashSet<>();
    private long lastNumber;
    private boolean forgotten;

    LocalReplaySession(LocalReplayBuffer buffer, String incarnation) {
        this.buffer = buffer;
        this.incarnation = incarnation;
    }

    /** The new event's place; null if this session has been forgotten, and another one must be begun. */
    @Nullable
    ReplayId append(EncodedEvent event) {
        var starting = new ArrayList<ReplayListener>();
        ReplayId id;
        lock.lock();
        try {
            if (forgotten) {
                return null;
            }
            long now = buffer.nanos();
            trim(now, buffer.maxEvents() - 1);
            id = new ReplayId(incarnation, ++lastNumber);
            var item = new Item(id, event);
            window.addLast(new Kept(item, now));
            buffer.count(1, event.size());
            listeners.removeIf(listener -> !listener.add(item, starting));
        } finally {
            lock.unlock();
        }
        buffer.listeners().start(starting);
        return id;
    }

    /** The answer to a listener; null if this session has been forgotten. */
    Attachment.@Nullable Attached attach(ReplayStart start, ReplaySubscriber subscriber) {
        ReplayListener listener;
        Gap gap;
        var starting = new ArrayList<ReplayListener>();
        lock.lock();
        try {
            if (forgotten) {
                return null;
            }
            long now = buffer.nanos();
            trim(now, buffer.maxEvents());
            ReplayExtent extent = extent();
            gap = extent.gapBefore(start);
            List<Item> missed = itemsAfter(extent.after(start));
            listener = buffer.listeners().listener(subscriber, this::leave, gap, missed);
            listeners.add(listener);
            listener.begin(starting);
        } finally {
            lock.unlock();
        }
        buffer.listeners().start(starting);
        return new Attachment.Attached(listener, Optional.ofNullable(gap));
    }

    private void leave(ReplayListener listener) {
        lock.lock();
        try {
            listeners.remove(listener);
        } finally {
            lock.unlock();
        }
    }

    /** Drops what is too old, says heartbeats, drops listeners that hang. */
    void sweep(long now, ReplayListeners.Sweep sweep) {
        var starting = new ArrayList<ReplayListener>();
        lock.lock();
        try {
            trim(now, buffer.maxEvents());
            listeners.removeIf(listener -> !listener.sweep(sweep, starting));
        } finally {
            lock.unlock();
        }
        buffer.listeners().start(starting);
    }

    /** Forgets the session if nobody listens and, unless told otherwise, it holds nothing; answers whether it is gone. */
    boolean forgetIfQuiet(boolean withEvents) {
        lock.lock();
        try {
            if (listeners.isEmpty() && (withEvents || window.isEmpty())) {
                forget();
            }
            return forgotten;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets the session and ends its listeners; answers how many events it held. */
    int end(End.Reason reason) {
        var starting = new ArrayList<ReplayListener>();
        int held;
        lock.lock();
        try {
            held = window.size();
            forget();
            listeners.forEach(listener -> listener.end(reason, starting));
            listeners.clear();
        } finally {
            lock.unlock();
        }
        buffer.listeners().start(starting);
        return held;
    }

    private void forget() {
        forgotten = true;
        while (!window.isEmpty()) {
            removeFirst();
        }
    }

    private void trim(long now, int most) {
        while (!window.isEmpty()
                && (window.size() > most || window.getFirst().atNanos() + buffer.ttlNanos() - now <= 0)) {
            removeFirst();
        }
    }

    private void removeFirst() {
        buffer.count(-1, -window.removeFirst().item().event().size());
    }

    private ReplayExtent extent() {
        long oldest = window.isEmpty()
                ? lastNumber + 1
                : window.getFirst().item().id().number();
        return new ReplayExtent(incarnation, oldest, lastNumber);
    }

    private List<Item> itemsAfter(long number) {
        return window.stream()
                .map(Kept::item)
                .filter(item -> item.id().number() > number)
                .toList();
    }
}
