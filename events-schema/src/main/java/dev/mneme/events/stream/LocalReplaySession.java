package dev.mneme.events.stream;

import dev.mneme.events.stream.ReplaySignal.End;
import dev.mneme.events.stream.ReplaySignal.Gap;
import dev.mneme.events.stream.ReplaySignal.Heartbeat;
import dev.mneme.events.stream.ReplaySignal.Item;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
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
    private final Set<LocalReplaySubscription> subscriptions = new LinkedHashSet<>();
    private long lastNumber;
    private boolean forgotten;

    LocalReplaySession(LocalReplayBuffer buffer, String incarnation) {
        this.buffer = buffer;
        this.incarnation = incarnation;
    }

    /** The new event's place; null if this session has been forgotten, and another one must be begun. */
    @Nullable
    ReplayId append(EncodedEvent event) {
        var starting = new ArrayList<LocalReplaySubscription>();
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
            for (Iterator<LocalReplaySubscription> at = subscriptions.iterator(); at.hasNext(); ) {
                if (!at.next().add(item, starting)) {
                    at.remove();
                }
            }
        } finally {
            lock.unlock();
        }
        buffer.start(starting);
        return id;
    }

    /** The answer to a listener; null if this session has been forgotten. */
    Attachment.@Nullable Attached attach(ReplayStart start, ReplaySubscriber subscriber, int maxBehind) {
        LocalReplaySubscription subscription;
        Gap gap;
        var starting = new ArrayList<LocalReplaySubscription>();
        lock.lock();
        try {
            if (forgotten) {
                return null;
            }
            long now = buffer.nanos();
            trim(now, buffer.maxEvents());
            gap = gapBefore(start);
            subscription = new LocalReplaySubscription(this, subscriber, maxBehind, gap, missed(start, gap), now);
            subscriptions.add(subscription);
            subscription.scheduleFirst(starting);
        } finally {
            lock.unlock();
        }
        buffer.start(starting);
        return new Attachment.Attached(subscription, Optional.ofNullable(gap));
    }

    void leave(LocalReplaySubscription subscription) {
        lock.lock();
        try {
            if (subscriptions.remove(subscription)) {
                buffer.left(1);
            }
            subscription.endSilently();
        } finally {
            lock.unlock();
        }
    }

    void sent() {
        buffer.sent();
    }

    void dropped() {
        buffer.dropped();
    }

    long nanos() {
        return buffer.nanos();
    }

    void runLater(LocalReplaySubscription subscription) {
        buffer.start(List.of(subscription));
    }

    /** Drops what is too old, says heartbeats, drops listeners that hang. */
    void sweep(long now, Heartbeat heartbeat) {
        var starting = new ArrayList<LocalReplaySubscription>();
        long hangsSince = now - buffer.maxHangNanos();
        long silentSince = now - buffer.heartbeatNanos();
        lock.lock();
        try {
            trim(now, buffer.maxEvents());
            for (Iterator<LocalReplaySubscription> at = subscriptions.iterator(); at.hasNext(); ) {
                if (!at.next().sweep(hangsSince, silentSince, heartbeat, starting)) {
                    at.remove();
                }
            }
        } finally {
            lock.unlock();
        }
        buffer.start(starting);
    }

    /** Forgets the session if nobody listens and, unless told otherwise, it holds nothing; answers whether it is gone. */
    boolean forgetIfQuiet(boolean withEvents) {
        lock.lock();
        try {
            if (subscriptions.isEmpty() && (withEvents || window.isEmpty())) {
                forget();
            }
            return forgotten;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets the session and ends its listeners; answers how many events it held. */
    int end(End.Reason reason) {
        var starting = new ArrayList<LocalReplaySubscription>();
        int held;
        lock.lock();
        try {
            held = window.size();
            forget();
            buffer.left(subscriptions.size());
            subscriptions.forEach(subscription -> subscription.end(reason, starting));
            subscriptions.clear();
        } finally {
            lock.unlock();
        }
        buffer.start(starting);
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

    private @Nullable Gap gapBefore(ReplayStart start) {
        String lastEventId = start.lastEventId();
        if (lastEventId == null) {
            return null;
        }
        Optional<ReplayId> last =
                ReplayId.parse(lastEventId).filter(id -> id.incarnation().equals(incarnation));
        ReplayId oldest = window.isEmpty() ? null : window.getFirst().item().id();
        long firstHeld = oldest == null ? lastNumber + 1 : oldest.number();
        boolean known = last.isPresent()
                && last.get().number() >= firstHeld - 1
                && last.get().number() <= lastNumber;
        return known ? null : new Gap(oldest);
    }

    private List<Item> missed(ReplayStart start, @Nullable Gap gap) {
        if (start.isNow()) {
            return List.of();
        }
        long after = gap != null
                ? 0
                : ReplayId.parse(start.lastEventId()).map(ReplayId::number).orElse(0L);
        return window.stream()
                .map(Kept::item)
                .filter(item -> item.id().number() > after)
                .toList();
    }
}
