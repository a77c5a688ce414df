package dev.mneme.memory.redis.stream;

import dev.mneme.Tenant;
import dev.mneme.events.Priority;
import dev.mneme.events.stream.ConsumerGroup;
import dev.mneme.events.stream.DeadLetter;
import dev.mneme.events.stream.spi.EventDispatch;
import dev.mneme.events.stream.spi.PriorityTurns;
import dev.mneme.memory.redis.stream.ConsumerCalls.Reclaimed;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a consumer has in hand, shared by the thread that talks to Redis and those that run handlers, under one lock.
 *
 * <p>It says what to ask Redis for: as many events as handlers are free, and ahead of them twice as many as were handled
 * since the last ones were taken, so that a consumer whose handlers hang does not hoard. And when: once half of what was
 * taken ahead is used up, so that quick handlers do not cost a call for each event; what was handled is acknowledged with
 * the next call, some milliseconds later at most.
 */
final class Workload {

    /** What a consumer holds at most; beyond it takes nothing until something is finished. */
    private static final int MAX_HELD = 1_000;

    /** For how long what was handled may wait for more to be acknowledged with it. */
    static final long LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final int ALL_WEIGHTS = 15;

    /**
     * One call.
     *
     * @param budget how many events at most, but for what is wanted of each priority
     */
    record Order(List<Held> acknowledging, int budget, Map<Priority, Integer> wanted) {}

    /** Handlers that can begin now, and the nanoseconds until there is more. */
    record Beginning(int handlers, long dueNanos) {}

    private final ConsumerGroup settings;
    private final int batch;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition quieter = lock.newCondition();

    // guarded by the lock
    private final HeldEvents held;
    private final List<Held> dying = new ArrayList<>();
    private List<Held> handled = new ArrayList<>();
    private long handledSinceNanos;
    private int atWork;
    private int ahead;
    private int finishedSinceTake;
    private boolean more = true;
    private boolean closed;

    Workload(ConsumerGroup settings, int batch) {
        this.settings = settings;
        this.batch = batch;
        this.held = new HeldEvents(settings);
    }

    // ---- for the thread that talks to Redis

    /** Counts so many handlers as beginning as there are events for. */
    Beginning begin(long now) {
        lock.lock();
        try {
            long due = held.roundAt(now);
            int beginning = closed ? 0 : Math.min(held.readyCount(now), settings.maxConcurrency() - atWork);
            beginning = Math.max(0, beginning);
            atWork += beginning;
            return new Beginning(beginning, due);
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing is here that could come to an end. */
    boolean isEmpty() {
        lock.lock();
        try {
            return held.size() == 0;
        } finally {
            lock.unlock();
        }
    }

    /**
     * What to ask for now; null if nothing, or not yet.
     *
     * @param look whether there may be something new
     */
    @Nullable
    Order order(boolean look) {
        lock.lock();
        try {
            boolean lingered = !handled.isEmpty() && System.nanoTime() - handledSinceNanos >= LINGER_NANOS;
            if (!look && !lingered && !isWorthACall()) {
                return null;
            }
            int aheadNow = Math.min(batch, Math.max(ahead / 2, 2 * finishedSinceTake));
            int target = closed ? 0 : target(aheadNow);
            int budget = Math.max(0, target - held.readyAlways());
            Map<Priority, Integer> wanted = wanted(target, budget);
            if (handled.isEmpty() && (wanted.isEmpty() || !(look || more))) {
                more |= look;
                return null;
            }
            ahead = aheadNow;
            finishedSinceTake = 0;
            var order = new Order(handled, budget, wanted);
            handled = new ArrayList<>();
            return order;
        } finally {
            lock.unlock();
        }
    }

    /** What an order brought; answers whether there may be more. */
    boolean taken(Order order, List<StreamEntry> entries) {
        lock.lock();
        try {
            order.acknowledging().forEach(held::forget);
            entries.forEach(held::add);
            if (!order.wanted().isEmpty()) {
                more = !entries.isEmpty();
            }
            quieter.signalAll();
            return more;
        } finally {
            lock.unlock();
        }
    }

    /** An order was not answered. */
    void unanswered(Order order) {
        lock.lock();
        try {
            handled.addAll(0, order.acknowledging());
            more = true;
        } finally {
            lock.unlock();
        }
    }

    /** What this consumer was given though it got no answer. */
    void add(List<StreamEntry> own) {
        lock.lock();
        try {
            if (!closed) {
                own.forEach(held::add);
            }
        } finally {
            lock.unlock();
        }
    }

    boolean holds(EntryId id) {
        lock.lock();
        try {
            return held.holds(id);
        } finally {
            lock.unlock();
        }
    }

    List<Held> unfinished() {
        lock.lock();
        try {
            return held.unfinished();
        } finally {
            lock.unlock();
        }
    }

    void forget(Collection<Held> lost) {
        lock.lock();
        try {
            lost.forEach(held::forget);
        } finally {
            lock.unlock();
        }
    }

    void forget(Tenant tenant) {
        lock.lock();
        try {
            held.forget(tenant);
        } finally {
            lock.unlock();
        }
    }

    /** How many of each priority there is room for. */
    int roomToReclaim() {
        lock.lock();
        try {
            return closed ? 0 : Math.min(batch, (MAX_HELD - held.size()) / Ranks.ALL.size());
        } finally {
            lock.unlock();
        }
    }

    /** Answers how many were not here yet. */
    int addReclaimed(List<Reclaimed> events) {
        int added = 0;
        lock.lock();
        try {
            for (Reclaimed reclaimed : events) {
                if (!held.holds(reclaimed.entry().id())) {
                    added++;
                    Held spent = held.addReclaimed(reclaimed.entry(), reclaimed.deliveries());
                    if (spent != null) {
                        dying.add(spent);
                    }
                }
            }
        } finally {
            lock.unlock();
        }
        return added;
    }

    /** What is to become a dead letter. */
    List<Held> dying() {
        lock.lock();
        try {
            return List.copyOf(dying);
        } finally {
            lock.unlock();
        }
    }

    /** It is a dead letter, or there was no room for it. */
    void buried(Held dead, boolean buried, long now) {
        lock.lock();
        try {
            dying.remove(dead);
            if (buried) {
                held.forget(dead);
            } else {
                held.buryLater(dead, now);
            }
        } finally {
            lock.unlock();
        }
    }

    // ---- for those that run handlers

    /** The next event for the calling thread; null if it is to end. */
    @Nullable
    Held next(long now) {
        lock.lock();
        try {
            Held next = closed ? null : held.begin(now);
            if (next == null) {
                atWork--;
                quieter.signalAll();
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** A handler that was counted as beginning could not. */
    void didNotBegin() {
        lock.lock();
        try {
            atWork--;
            quieter.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The event's delivery did not begin, and is tried again later. */
    void giveBackUntil(Held event, long dueNanos) {
        lock.lock();
        try {
            held.giveBackUntil(event, dueNanos);
        } finally {
            lock.unlock();
        }
    }

    void failed(Held event, long now) {
        lock.lock();
        try {
            finishedSinceTake++;
            if (held.failed(event, now)) {
                dying.add(event);
            }
        } finally {
            lock.unlock();
        }
    }

    void settle(Held event, EventDispatch.Result result, long now) {
        lock.lock();
        try {
            finishedSinceTake++;
            switch (result) {
                case HANDLED -> done(event, true);
                case SKIPPED -> done(event, false);
                case PARKED -> dies(event, DeadLetter.Reason.UNKNOWN);
                case MALFORMED -> dies(event, DeadLetter.Reason.MALFORMED);
                case STOPPED -> held.stop(event, now);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether there is something for the thread that talks to Redis to do, which does not wait. */
    boolean isUrgent(EventDispatch.@Nullable Result result) {
        if (result != EventDispatch.Result.HANDLED && result != EventDispatch.Result.SKIPPED) {
            return true;
        }
        lock.lock();
        try {
            // after the end nobody looks but who finished something
            return closed || isWorthACall();
        } finally {
            lock.unlock();
        }
    }

    // ---- for closing

    /** Whether it was taking until now. */
    boolean stopTaking() {
        lock.lock();
        try {
            boolean first = !closed;
            closed = true;
            return first;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until no other thread than the calling one runs a handler. */
    void awaitQuiet(long deadlineNanos) {
        lock.lock();
        try {
            long left = deadlineNanos - System.nanoTime();
            while (left > 0 && !held.otherThreads().isEmpty()) {
                left = quieter.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** Gives up what is not handled, and interrupts the handlers that still run. */
    List<Held> letGo() {
        lock.lock();
        try {
            List<Thread> interrupted = held.otherThreads();
            // first, so that it says nothing against an event that its handler was interrupted
            List<Held> let = new ArrayList<>(held.letGo());
            interrupted.forEach(Thread::interrupt);
            return let;
        } finally {
            lock.unlock();
        }
    }

    /** What was handled and is to be acknowledged by the caller. */
    List<Held> takeHandled() {
        lock.lock();
        try {
            List<Held> taken = handled;
            handled = new ArrayList<>();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    // ---- under the lock

    private boolean isWorthACall() {
        int free = settings.maxConcurrency() - held.running();
        return handled.size() >= Math.max(1, ahead / 2) || (more && 2 * held.readyAlways() <= free + ahead);
    }

    /** How many events there should be ready. */
    private int target(int aheadNow) {
        int free = settings.maxConcurrency() - held.running();
        return Math.max(0, Math.min(free + aheadNow, MAX_HELD - held.size() + held.readyAlways()));
    }

    /** Of each priority its share, so that they run out together; at least one of each, to see which of them has more. */
    private Map<Priority, Integer> wanted(int target, int budget) {
        Map<Priority, Integer> wanted = new EnumMap<>(Priority.class);
        for (Priority priority : Ranks.ALL) {
            int share = (target * PriorityTurns.weight(priority) + ALL_WEIGHTS - 1) / ALL_WEIGHTS;
            int lacking = Math.max(share - held.ready(priority), Math.min(1, budget));
            if (lacking > 0) {
                wanted.put(priority, lacking);
            }
        }
        return wanted;
    }

    /** Acknowledged even if another holds it by now: it need not run once more. */
    private void done(Held event, boolean byHandler) {
        held.handled(event, byHandler);
        if (handled.isEmpty()) {
            handledSinceNanos = System.nanoTime();
        }
        handled.add(event);
    }

    private void dies(Held event, DeadLetter.Reason reason) {
        if (held.dying(event, reason)) {
            dying.add(event);
        }
    }
}
