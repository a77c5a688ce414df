package dev.mneme.memory.redis.stream;

import dev.mneme.Tenant;
import dev.mneme.events.Priority;
import dev.mneme.events.stream.ConsumerGroup;
import dev.mneme.events.stream.DeadLetter;
import dev.mneme.events.stream.EncodedEvent;
import dev.mneme.events.stream.spi.PriorityTurns;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The events that a consumer was given and that Redis does not know as finished yet: ready, running, waiting for their
 * next delivery, held back behind one that waits, or done and not yet acknowledged. Guarded by the consumer's lock.
 */
final class HeldEvents {

    private enum State {
        READY,
        RUNNING,
        WAITING,
        BEHIND,
        HANDLED,
        DYING
    }

    /** One of them. */
    static final class Held {

        final StreamEntry entry;
        /** Whether Redis counts its first delivery already, as it does when it gives an event for the first time. */
        private final boolean fresh;

        private int deliveries;
        private State state = State.READY;
        private long dueNanos;
        private @Nullable Thread thread;
        private DeadLetter.Reason reason = DeadLetter.Reason.FAILED;
        private boolean byHandler;

        private Held(StreamEntry entry, int deliveries, boolean fresh) {
            this.entry = entry;
            this.deliveries = deliveries;
            this.fresh = fresh;
        }

        EncodedEvent event() {
            return entry.event();
        }

        /** Deliveries that have begun, on this node or on others. */
        int deliveries() {
            return deliveries;
        }

        /** Whether Redis must be told of the delivery that begins now, so that it counts if this process dies of it. */
        boolean isToBeCounted() {
            return !fresh || deliveries > 1;
        }

        DeadLetter.Reason reason() {
            return reason;
        }

        boolean wasByHandler() {
            return byHandler;
        }
    }

    /** What events must share to be kept in order. */
    private record Place(Tenant tenant, String key, Priority priority) {}

    private static final class Hold {
        private final Held first;
        private final List<Held> behind = new ArrayList<>();

        private Hold(Held first) {
            this.first = first;
        }
    }

    private final ConsumerGroup settings;
    private final PriorityTurns turns = new PriorityTurns();
    private final Map<EntryId, Held> all = new HashMap<>();
    private final Map<Priority, NavigableMap<EntryId, Held>> ready = new EnumMap<>(Priority.class);
    private final PriorityQueue<Held> waiting = new PriorityQueue<>((a, b) -> Long.signum(a.dueNanos - b.dueNanos));
    private final Map<Place, Hold> holds = new HashMap<>();
    private int running;
    private boolean stopped;
    private long stoppedUntilNanos;

    HeldEvents(ConsumerGroup settings) {
        this.settings = settings;
        for (Priority priority : Priority.values()) {
            ready.put(priority, new TreeMap<>());
        }
    }

    int size() {
        return all.size();
    }

    int running() {
        return running;
    }

    int ready(Priority priority) {
        return queue(priority).size();
    }

    /** Events that could begin now. */
    int readyCount(long now) {
        return isStopped(now) ? 0 : ready.values().stream().mapToInt(Map::size).sum();
    }

    boolean holds(EntryId id) {
        return all.containsKey(id);
    }

    /** Adds an event that was given for the first time. */
    void add(StreamEntry entry) {
        add(new Held(entry, 0, true));
    }

    /** Adds an event that another has let go or not renewed; null if it has had all its deliveries and is ready. */
    @Nullable
    Held addReclaimed(StreamEntry entry, int deliveries) {
        var held = new Held(entry, deliveries, false);
        add(held);
        if (deliveries < settings.maxDeliveries()) {
            return null;
        }
        queue(entry.id().priority()).remove(entry.id());
        held.state = State.DYING;
        return held;
    }

    private void add(Held held) {
        if (all.putIfAbsent(held.entry.id(), held) == null) {
            makeReady(held);
        }
    }

    /** The event whose turn it is; null if none is ready. */
    @Nullable
    Held begin(long now) {
        if (isStopped(now)) {
            return null;
        }
        ready.values().forEach(this::holdBack);
        Priority priority = turns.next(p -> !queue(p).isEmpty());
        if (priority == null) {
            return null;
        }
        Held held = queue(priority).pollFirstEntry().getValue();
        held.deliveries++;
        held.state = State.RUNNING;
        held.thread = Thread.currentThread();
        running++;
        return held;
    }

    /** Whether the event is still held here, and now waits to be acknowledged. */
    boolean handled(Held held, boolean byHandler) {
        if (!end(held, State.HANDLED)) {
            return false;
        }
        held.byHandler = byHandler;
        release(held);
        return true;
    }

    /** Whether the event is to be buried now; else it waits for its next delivery. */
    boolean failed(Held held, long now) {
        if (held.deliveries >= settings.maxDeliveries()) {
            return dying(held, DeadLetter.Reason.FAILED);
        }
        if (end(held, State.WAITING)) {
            waitFor(held, now + settings.waitAfter(held.deliveries).toNanos());
        }
        return false;
    }

    /** Whether the event is to be buried now. */
    boolean dying(Held held, DeadLetter.Reason reason) {
        boolean ended = end(held, State.DYING);
        held.reason = reason;
        return ended;
    }

    /** Nothing begins for a while, and then this event first. */
    void stop(Held held, long now) {
        giveBack(held);
        stopped = true;
        stoppedUntilNanos = now + settings.retryAfter().toNanos();
    }

    /** Its delivery does not count. */
    void giveBack(Held held) {
        if (end(held, State.READY)) {
            held.deliveries--;
            makeReady(held);
        }
    }

    /** Its delivery does not count, and the next one waits. */
    void giveBackUntil(Held held, long dueNanos) {
        if (end(held, State.WAITING)) {
            held.deliveries--;
            waitFor(held, dueNanos);
        }
    }

    /** It could not be buried: it waits as if it had failed. */
    void buryLater(Held held, long now) {
        if (all.get(held.entry.id()) == held && held.state == State.DYING) {
            held.state = State.WAITING;
            // the next delivery is the last one once more
            held.deliveries = Math.min(held.deliveries, settings.maxDeliveries() - 1);
            waitFor(held, now + settings.waitAfter(settings.maxDeliveries()).toNanos());
        }
    }

    /** Redis knows now that it is finished, or it is none of this consumer's any more. */
    void forget(Held held) {
        if (!all.remove(held.entry.id(), held)) {
            return;
        }
        switch (held.state) {
            case READY -> queue(held.entry.id().priority()).remove(held.entry.id());
            case RUNNING -> running--;
            case WAITING -> waiting.remove(held);
            case BEHIND -> holds.values().forEach(hold -> hold.behind.remove(held));
            case HANDLED, DYING -> {
                // in no queue
            }
        }
        release(held);
    }

    void forget(Tenant tenant) {
        select(held -> held.event().tenant().equals(tenant)).forEach(this::forget);
    }

    /** What this consumer holds and has not handled, in no order. */
    List<Held> unfinished() {
        return select(held -> held.state != State.HANDLED);
    }

    /** The same without what the calling thread has in hand; what other threads have in hand does not count as delivered. */
    List<Held> letGo() {
        List<Held> let = select(held -> held.state != State.HANDLED && held.thread != Thread.currentThread());
        for (Held held : let) {
            if (held.state == State.RUNNING) {
                held.deliveries--;
            }
            forget(held);
        }
        return let;
    }

    List<Thread> otherThreads() {
        var threads = new ArrayList<Thread>();
        for (Held held : all.values()) {
            Thread thread = held.thread;
            if (held.state == State.RUNNING && thread != null && thread != Thread.currentThread()) {
                threads.add(thread);
            }
        }
        return threads;
    }

    /** Makes ready what is due, and answers the nanoseconds until there is more; {@link Long#MAX_VALUE} for nothing. */
    long roundAt(long now) {
        Held next = waiting.peek();
        while (next != null && next.dueNanos - now <= 0) {
            waiting.remove();
            makeReady(next);
            next = waiting.peek();
        }
        long due = next == null ? Long.MAX_VALUE : next.dueNanos - now;
        return isStopped(now) ? Math.min(due, stoppedUntilNanos - now) : due;
    }

    private List<Held> select(Predicate<Held> which) {
        return all.values().stream().filter(which).toList();
    }

    private boolean end(Held held, State next) {
        if (all.get(held.entry.id()) != held || held.state != State.RUNNING) {
            return false;
        }
        running--;
        held.thread = null;
        held.state = next;
        return true;
    }

    private void waitFor(Held held, long dueNanos) {
        place(held).ifPresent(place -> holds.putIfAbsent(place, new Hold(held)));
        held.dueNanos = dueNanos;
        waiting.add(held);
    }

    private void makeReady(Held held) {
        held.state = State.READY;
        queue(held.entry.id().priority()).put(held.entry.id(), held);
    }

    private void holdBack(NavigableMap<EntryId, Held> queue) {
        while (!holds.isEmpty() && !queue.isEmpty()) {
            Held first = queue.firstEntry().getValue();
            Hold hold = place(first).map(holds::get).orElse(null);
            if (hold == null || hold.first == first) {
                return;
            }
            queue.pollFirstEntry();
            first.state = State.BEHIND;
            hold.behind.add(first);
        }
    }

    private void release(Held held) {
        Optional<Place> place = place(held);
        Hold hold = place.map(holds::get).orElse(null);
        if (hold != null && hold.first == held) {
            place.ifPresent(holds::remove);
            hold.behind.forEach(this::makeReady);
        }
    }

    /** What others of the same must not pass this one in; none where there is no order. */
    private Optional<Place> place(Held held) {
        if (settings.maxConcurrency() > 1) {
            return Optional.empty();
        }
        EncodedEvent event = held.event();
        return event.key().map(key -> new Place(event.tenant(), key, event.priority()));
    }

    private boolean isStopped(long now) {
        if (stopped && stoppedUntilNanos - now <= 0) {
            stopped = false;
        }
        return stopped;
    }

    private NavigableMap<EntryId, Held> queue(Priority priority) {
        NavigableMap<EntryId, Held> queue = ready.get(priority);
        if (queue == null) {
            throw new IllegalStateException("every priority has a queue, " + priority + " has none");
        }
        return queue;
    }

    /** How many of them are ready, all priorities together. */
    int readyAlways() {
        return ready.values().stream()
                .map(NavigableMap::values)
                .mapToInt(Collection::size)
                .sum();
    }
}
