package dev.mneme.memory.redis.stream;

import dev.mneme.Tenant;
import dev.mneme.events.Priority;
import dev.mneme.events.stream.ConsumerGroup;
import dev.mneme.events.stream.DeadLetter;
import dev.mneme.events.stream.spi.PriorityTurns;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The events that a consumer was given and that Redis does not know as finished yet: ready, running, waiting for their
 * next delivery, held back behind one that waits, or done and not yet acknowledged. Guarded by the consumer's lock.
 */
final class HeldEvents {

    private final ConsumerGroup settings;
    private final PriorityTurns turns = new PriorityTurns();
    private final Map<EntryId, Held> all = new HashMap<>();
    private final Map<Priority, NavigableMap<EntryId, Held>> ready = new EnumMap<>(Priority.class);
    private final PriorityQueue<Held> waiting = new PriorityQueue<>((a, b) -> Long.signum(a.dueNanos - b.dueNanos));
    private final KeyHolds holds;
    private int running;
    private boolean stopped;
    private long stoppedUntilNanos;

    HeldEvents(ConsumerGroup settings) {
        this.settings = settings;
        this.holds = new KeyHolds(settings.maxConcurrency() == 1);
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
        held.state = Held.State.DYING;
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
        held.state = Held.State.RUNNING;
        held.runOn(Thread.currentThread());
        running++;
        return held;
    }

    /** Whether the event is still held here, and now waits to be acknowledged. */
    boolean handled(Held held, boolean byHandler) {
        if (!end(held, Held.State.HANDLED)) {
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
        if (end(held, Held.State.WAITING)) {
            waitFor(held, now + settings.waitAfter(held.deliveries).toNanos());
        }
        return false;
    }

    /** Whether the event is to be buried now. */
    boolean dying(Held held, DeadLetter.Reason reason) {
        boolean ended = end(held, Held.State.DYING);
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
        if (end(held, Held.State.READY)) {
            held.deliveries--;
            makeReady(held);
        }
    }

    /** Its delivery does not count, and the next one waits. */
    void giveBackUntil(Held held, long dueNanos) {
        if (end(held, Held.State.WAITING)) {
            held.deliveries--;
            waitFor(held, dueNanos);
        }
    }

    /** It could not be buried: it waits as if it had failed. */
    void buryLater(Held held, long now) {
        if (all.get(held.entry.id()) == held && held.state == Held.State.DYING) {
            held.state = Held.State.WAITING;
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
            case BEHIND -> holds.remove(held);
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
        return select(held -> held.state != Held.State.HANDLED);
    }

    /** The same without what the calling thread has in hand; what other threads have in hand does not count as delivered. */
    List<Held> letGo() {
        List<Held> let = select(held -> held.state != Held.State.HANDLED && held.thread() != Thread.currentThread());
        for (Held held : let) {
            if (held.state == Held.State.RUNNING) {
                held.deliveries--;
            }
            forget(held);
        }
        return let;
    }

    List<Thread> otherThreads() {
        var threads = new ArrayList<Thread>();
        for (Held held : all.values()) {
            Thread thread = held.thread();
            if (held.state == Held.State.RUNNING && thread != null && thread != Thread.currentThread()) {
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

    private boolean end(Held held, Held.State next) {
        if (all.get(held.entry.id()) != held || held.state != Held.State.RUNNING) {
            return false;
        }
        running--;
        held.runOn(null);
        held.state = next;
        return true;
    }

    private void waitFor(Held held, long dueNanos) {
        holds.begin(held);
        held.dueNanos = dueNanos;
        waiting.add(held);
    }

    private void makeReady(Held held) {
        held.state = Held.State.READY;
        queue(held.entry.id().priority()).put(held.entry.id(), held);
    }

    private void holdBack(NavigableMap<EntryId, Held> queue) {
        while (!holds.isEmpty() && !queue.isEmpty()) {
            Held first = queue.firstEntry().getValue();
            if (!holds.keepBehind(first)) {
                return;
            }
            queue.pollFirstEntry();
            first.state = Held.State.BEHIND;
        }
    }

    private void release(Held held) {
        holds.end(held).forEach(this::makeReady);
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
