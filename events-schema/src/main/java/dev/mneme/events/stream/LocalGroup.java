package dev.mneme.events.stream;

import dev.mneme.Tenant;
import dev.mneme.events.Priority;
import dev.mneme.events.stream.EncodedEvent.OrderKey;
import dev.mneme.events.stream.spi.PriorityTurns;
import dev.mneme.events.stream.spi.Timekeeper;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where one group stands in a {@link LocalEventStream}: each event that it has not finished is ready, held back by an
 * earlier one of its key, waiting for its next attempt, running, or dead. Guarded by the stream's lock.
 */
final class LocalGroup {

    /** An event of the log, as this group sees it. */
    private static final class Item {
        private final LocalLog.Entry entry;
        private int deliveries;
        private long dueNanos;

        private Item(LocalLog.Entry entry) {
            this.entry = entry;
        }
    }

    /** One delivery of an event to one consumer; ended once. */
    static final class Attempt {
        private final Item item;
        final LocalConsumer consumer;
        /** Whose handler runs; set by the thread itself. */
        final Thread thread = Thread.currentThread();

        private Attempt(Item item, LocalConsumer consumer) {
            this.item = item;
            this.consumer = consumer;
        }

        EncodedEvent event() {
            return item.entry.event;
        }

        int number() {
            return item.deliveries;
        }
    }

    private record Place(OrderKey key, Priority priority) {}

    /** An event that failed, and those that must not pass it. */
    private static final class Hold {
        private final Item first;
        private final List<Item> behind = new ArrayList<>();

        private Hold(Item first) {
            this.first = first;
        }
    }

    private record Dead(Item item, DeadLetter.Reason reason, Instant at) {}

    private final LocalLog log;
    private final ConsumerGroup settings;
    private final PriorityTurns turns = new PriorityTurns();
    private final Map<Priority, NavigableMap<Long, Item>> ready = new EnumMap<>(Priority.class);
    private final Map<Place, Hold> holds = new HashMap<>();
    private final PriorityQueue<Item> retrying = new PriorityQueue<>((a, b) -> Long.signum(a.dueNanos - b.dueNanos));
    private final Map<Long, Attempt> running = new HashMap<>();
    private final TreeMap<Long, Dead> dead = new TreeMap<>();
    private final List<LocalConsumer> consumers = new ArrayList<>();
    private boolean stopped;
    private long stoppedUntilNanos;
    private long handled;
    private long skipped;
    private long failures;

    LocalGroup(LocalLog log, ConsumerGroup settings) {
        this.log = log;
        this.settings = settings;
        for (Priority priority : Priority.values()) {
            ready.put(priority, new TreeMap<>());
        }
    }

    ConsumerGroup settings() {
        return settings;
    }

    List<LocalConsumer> consumers() {
        return consumers;
    }

    void add(LocalLog.Entry entry) {
        makeReady(new Item(entry));
    }

    /** Events that could be delivered now. */
    int readyCount(long now) {
        if (isStopped(now)) {
            return 0;
        }
        return ready.values().stream().mapToInt(Map::size).sum();
    }

    /** The event whose turn it is; null if none is ready. */
    @Nullable
    Attempt begin(LocalConsumer consumer, long now) {
        if (isStopped(now)) {
            return null;
        }
        ready.values().forEach(this::holdBack);
        Priority priority = turns.next(p -> !queue(p).isEmpty());
        if (priority == null) {
            return null;
        }
        Item item = queue(priority).pollFirstEntry().getValue();
        item.deliveries++;
        var attempt = new Attempt(item, consumer);
        running.put(item.entry.number, attempt);
        return attempt;
    }

    void handled(Attempt attempt, boolean byHandler) {
        if (!end(attempt)) {
            return;
        }
        if (byHandler) {
            handled++;
        } else {
            skipped++;
        }
        release(attempt.item);
        log.finished(attempt.item.entry);
    }

    /** Answers whether the event is dead now. */
    boolean failed(Attempt attempt, long now, Instant date) {
        if (!end(attempt)) {
            return false;
        }
        failures++;
        Item item = attempt.item;
        if (item.deliveries >= settings.maxDeliveries()) {
            bury(item, DeadLetter.Reason.FAILED, date);
            return true;
        }
        Place place = place(item);
        if (place != null) {
            holds.putIfAbsent(place, new Hold(item));
        }
        item.dueNanos = now + settings.waitAfter(item.deliveries).toNanos();
        retrying.add(item);
        return false;
    }

    void dead(Attempt attempt, DeadLetter.Reason reason, Instant date) {
        if (end(attempt)) {
            bury(attempt.item, reason, date);
        }
    }

    /** Nothing is delivered for a while, and then this event first. */
    void stop(Attempt attempt, long now) {
        if (end(attempt)) {
            giveBack(attempt.item);
            stopped = true;
            stoppedUntilNanos = now + settings.retryAfter().toNanos();
        }
    }

    /** The consumer's deliveries become ready again, but for that of the calling thread. */
    void giveBackAll(LocalConsumer consumer) {
        for (Attempt attempt : List.copyOf(running.values())) {
            if (attempt.consumer == consumer && attempt.thread != Thread.currentThread()) {
                end(attempt);
                giveBack(attempt.item);
            }
        }
    }

    /** Makes ready what is due, and answers the nanoseconds until there is more. */
    long roundAt(long now) {
        long next = Timekeeper.NOTHING_DUE;
        while (!retrying.isEmpty() && retrying.peek().dueNanos - now <= 0) {
            makeReady(retrying.remove());
        }
        if (!retrying.isEmpty()) {
            next = retrying.peek().dueNanos - now;
        }
        return isStopped(now) ? Math.min(next, stoppedUntilNanos - now) : next;
    }

    /** Whether nothing is ready, and nothing runs on another thread. */
    boolean isQuiet(long now) {
        return readyCount(now) == 0
                && running.values().stream().allMatch(attempt -> attempt.thread == Thread.currentThread());
    }

    List<DeadLetter> deadLetters() {
        return dead.values().stream()
                .map(d -> new DeadLetter(settings.name(), d.item.entry.event, d.reason, d.item.deliveries, d.at))
                .toList();
    }

    /** Numbers of the log's entries beside the dead letters. */
    List<Long> deadNumbers() {
        return List.copyOf(dead.keySet());
    }

    boolean redrive(long number) {
        Dead found = dead.remove(number);
        if (found != null) {
            makeReady(new Item(found.item.entry));
        }
        return found != null;
    }

    boolean discard(long number) {
        Dead found = dead.remove(number);
        if (found != null) {
            log.finished(found.item.entry);
        }
        return found != null;
    }

    /** Forgets the tenant's events, wherever they are; the log forgets them itself. */
    void erase(Tenant tenant) {
        ready.values().forEach(queue -> removeOf(tenant, queue.values()));
        removeOf(tenant, retrying);
        running.values().removeIf(attempt -> isOf(tenant, attempt.item));
        dead.values().removeIf(d -> isOf(tenant, d.item));
        // keys are the tenant's own, so an event and those held back by it go together
        holds.keySet().removeIf(place -> place.key.tenant().equals(tenant));
    }

    StreamReport.Group report(long now) {
        long waiting = holds.values().stream().mapToLong(h -> h.behind.size()).sum()
                + ready.values().stream().mapToLong(Map::size).sum();
        long again = ready.values().stream()
                .flatMap(queue -> queue.values().stream())
                .filter(item -> item.deliveries > 0)
                .count();
        return new StreamReport.Group(
                settings.name(),
                OptionalLong.of(waiting - again),
                running.size() + retrying.size() + again,
                Duration.ofNanos(oldestNanos(now)),
                dead.size(),
                consumers.size(),
                handled,
                skipped,
                failures);
    }

    private long oldestNanos(long now) {
        var items = new ArrayList<Item>(retrying);
        ready.values().stream()
                .filter(queue -> !queue.isEmpty())
                .forEach(queue -> items.add(queue.firstEntry().getValue()));
        running.values().forEach(attempt -> items.add(attempt.item));
        holds.values().forEach(hold -> items.addAll(hold.behind));
        return items.stream()
                .mapToLong(item -> now - item.entry.publishedNanos)
                .max()
                .orElse(0);
    }

    private boolean end(Attempt attempt) {
        return running.remove(attempt.item.entry.number, attempt);
    }

    private void giveBack(Item item) {
        // its handler was not let finish, which says nothing against the event
        item.deliveries--;
        makeReady(item);
    }

    private void bury(Item item, DeadLetter.Reason reason, Instant date) {
        release(item);
        dead.put(item.entry.number, new Dead(item, reason, date));
    }

    private void makeReady(Item item) {
        queue(item.entry.event.priority()).put(item.entry.number, item);
    }

    private void holdBack(NavigableMap<Long, Item> queue) {
        while (!holds.isEmpty() && !queue.isEmpty()) {
            Item first = queue.firstEntry().getValue();
            Place place = place(first);
            Hold hold = place == null ? null : holds.get(place);
            if (hold == null || hold.first == first) {
                return;
            }
            hold.behind.add(first);
            queue.pollFirstEntry();
        }
    }

    private void release(Item item) {
        Place place = place(item);
        Hold hold = place == null ? null : holds.get(place);
        if (place != null && hold != null && hold.first == item) {
            holds.remove(place);
            hold.behind.forEach(this::makeReady);
        }
    }

    /** What others of the same must not pass this one in; null where there is no order. */
    private @Nullable Place place(Item item) {
        OrderKey key = item.entry.event.orderKey();
        return key == null || settings.maxConcurrency() > 1 ? null : new Place(key, item.entry.event.priority());
    }

    private boolean isStopped(long now) {
        if (stopped && stoppedUntilNanos - now <= 0) {
            stopped = false;
        }
        return stopped;
    }

    private NavigableMap<Long, Item> queue(Priority priority) {
        NavigableMap<Long, Item> queue = ready.get(priority);
        if (queue == null) {
            throw new IllegalStateException("every priority has a queue, " + priority + " has none");
        }
        return queue;
    }

    private static void removeOf(Tenant tenant, Collection<Item> items) {
        for (Iterator<Item> at = items.iterator(); at.hasNext(); ) {
            if (isOf(tenant, at.next())) {
                at.remove();
            }
        }
    }

    private static boolean isOf(Tenant tenant, Item item) {
        return item.entry.event.tenant().equals(tenant);
    }
}
