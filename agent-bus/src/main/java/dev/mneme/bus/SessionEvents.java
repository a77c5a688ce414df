package dev.mneme.bus;

import dev.mneme.SessionKey;
import dev.mneme.Ticker;
import dev.mneme.events.Envelope;
import dev.mneme.events.Event;
import dev.mneme.events.agent.SessionEventsLostV1;
import dev.mneme.events.stream.ReplayBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens in sessions, on its way to a replay buffer: in a bounded queue, from which one thread appends. Who has an event
 * never waits.
 *
 * <p>An event is lost if there is no room in the queue, or the buffer does not take it. Then a {@link SessionEventsLostV1}
 * is appended to the session in its place, as soon as the buffer takes that.
 */
final class SessionEvents {

    private static final Logger LOG = LoggerFactory.getLogger(SessionEvents.class);
    static final int CAPACITY = 10_000;
    private static final long LAST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private sealed interface Entry {

        SessionKey session();
    }

    /** @param event made by the thread that appends */
    private record Happened(SessionKey session, Instant at, Supplier<? extends Event> event) implements Entry {}

    /** Stands where events of a session would, had there been room. */
    private static final class Hole implements Entry {

        private final SessionKey session;
        /** Under the lock. */
        private long events;

        Hole(SessionKey session) {
            this.session = session;
        }

        @Override
        public SessionKey session() {
            return session;
        }
    }

    private final ReplayBuffer buffer;
    private final String source;
    private final int capacity;
    private final InstantSource clock;
    private final Ticker ticker;
    private final Timers timers;
    private final SerialWorker worker;
    private final ReentrantLock lock = new ReentrantLock();

    // under the lock; holes and owed have at most so many sessions as there may be events
    private final Deque<Entry> queue = new ArrayDeque<>();
    /** The last hole of each session after which nothing of that session was taken. */
    private final Map<SessionKey, Hole> holes = new HashMap<>();
    /** Lost events that the session has not been told of, for the buffer did not take that either. */
    private final Map<SessionKey, Long> owed = new LinkedHashMap<>();

    private final List<CompletableFuture<Void>> flushes = new ArrayList<>();
    private int waiting;
    private long appended;
    private long lost;
    private boolean retrySet;
    private boolean retryDue;
    private boolean closed;

    /** Of the thread that appends: whether it said that the buffer takes nothing. */
    private boolean said;

    SessionEvents(
            ReplayBuffer buffer,
            String source,
            int capacity,
            InstantSource clock,
            Ticker ticker,
            Timers timers,
            Executor threads) {
        this.buffer = buffer;
        this.source = source;
        this.capacity = capacity;
        this.clock = clock;
        this.ticker = ticker;
        this.timers = timers;
        this.worker = new SerialWorker(threads, this::step);
    }

    /**
     * Puts an event at the end of the queue, or counts it as lost; may be called under another lock, and {@link #wake}
     * when that is free.
     *
     * @param event called by the thread that appends
     */
    void add(SessionKey session, Supplier<? extends Event> event) {
        Instant at = clock.instant();
        lock.lock();
        try {
            if (waiting < capacity) {
                waiting++;
                queue.addLast(new Happened(session, at, event));
                holes.remove(session);
                return;
            }
            lost++;
            Hole hole = holes.get(session);
            if (hole == null && holes.size() < capacity) {
                hole = new Hole(session);
                holes.put(session, hole);
                queue.addLast(hole);
            }
            if (hole != null) {
                hole.events++;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Has what is in the queue appended; under no lock. */
    void wake() {
        worker.wake();
    }

    /** Waits so long, or a fifth of a second, for what is in the queue; from then on, what is owed is not tried again by itself. */
    void close(Dispatcher dispatcher, long nanos) {
        dispatcher.await(flushed(), Math.max(LAST_LOOK_NANOS, nanos));
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    /** Done when there is nothing in the queue. */
    private CompletableFuture<Void> flushed() {
        var flush = new CompletableFuture<Void>();
        lock.lock();
        try {
            flushes.add(flush);
        } finally {
            lock.unlock();
        }
        worker.wake();
        return flush;
    }

    SessionEventNumbers numbers() {
        lock.lock();
        try {
            return new SessionEventNumbers(waiting, appended, lost);
        } finally {
            lock.unlock();
        }
    }

    // ---- the thread that appends

    private boolean step() {
        Entry entry;
        long missing = 0;
        lock.lock();
        try {
            entry = queue.poll();
            if (entry instanceof Hole hole) {
                holes.remove(hole.session, hole);
                missing = hole.events;
            } else if (entry != null) {
                waiting--;
            }
        } finally {
            lock.unlock();
        }
        if (entry == null) {
            return settleDebts();
        }
        append(entry, missing);
        return true;
    }

    private void append(Entry entry, long missing) {
        long all = missing + takeOwed(entry.session());
        boolean inOrder = all == 0 || appendHole(entry.session(), all);
        if (entry instanceof Happened happened) {
            boolean done = inOrder && append(happened.session, happened.at, happened.event);
            count(done);
            all = (inOrder ? 0 : all) + (done ? 0 : 1);
        } else {
            all = inOrder ? 0 : all;
        }
        owe(entry.session(), all);
    }

    private boolean appendHole(SessionKey session, long events) {
        return append(session, clock.instant(), () -> new SessionEventsLostV1(events));
    }

    private boolean append(SessionKey session, Instant at, Supplier<? extends Event> event) {
        try {
            buffer.append(Envelope.of(event.get(), () -> at).source(source).session(session));
            said = false;
            return true;
        } catch (RuntimeException | Error e) {
            if (!said) {
                said = true;
                LOG.warn(
                        "the replay buffer does not take events of sessions: {}",
                        e.getClass().getName());
            }
            return false;
        }
    }

    /** There is nothing in the queue: tells those who could not be told before. False if there is nothing to do. */
    private boolean settleDebts() {
        SessionKey session = null;
        long events = 0;
        List<CompletableFuture<Void>> done = List.of();
        lock.lock();
        try {
            if (!queue.isEmpty()) {
                return true;
            }
            if (retryDue && !owed.isEmpty()) {
                Map.Entry<SessionKey, Long> first = owed.entrySet().iterator().next();
                session = first.getKey();
                events = first.getValue();
                owed.remove(session);
            } else {
                retryDue = false;
                done = List.copyOf(flushes);
                flushes.clear();
            }
        } finally {
            lock.unlock();
        }
        done.forEach(flush -> flush.complete(null));
        if (session == null) {
            return false;
        }
        owe(session, appendHole(session, events) ? 0 : events);
        return true;
    }

    private long takeOwed(SessionKey session) {
        lock.lock();
        try {
            Long events = owed.remove(session);
            return events == null ? 0 : events;
        } finally {
            lock.unlock();
        }
    }

    private void count(boolean done) {
        lock.lock();
        try {
            if (done) {
                appended++;
            } else {
                lost++;
            }
        } finally {
            lock.unlock();
        }
    }

    /** To be told when the session has its next event, or in a second. */
    private void owe(SessionKey session, long events) {
        if (events == 0) {
            return;
        }
        boolean set;
        lock.lock();
        try {
            if (owed.size() < capacity || owed.containsKey(session)) {
                owed.merge(session, events, Long::sum);
            }
            retryDue = false;
            set = !retrySet && !closed;
            retrySet |= set;
        } finally {
            lock.unlock();
        }
        if (set) {
            timers.at(ticker.nanos() + RETRY_NANOS, this::retry);
        }
    }

    private void retry() {
        lock.lock();
        try {
            retrySet = false;
            retryDue = true;
        } finally {
            lock.unlock();
        }
        worker.wake();
    }
}
