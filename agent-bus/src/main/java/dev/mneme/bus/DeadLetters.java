package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import dev.mneme.Erasable;
import dev.mneme.ErasureReceipt;
import dev.mneme.Tenant;
import dev.mneme.bus.DeadLetter.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What agents were told to do and did not, since nobody looks at how it ends: the last of them are kept, all are counted, and
 * listeners are told. In memory only. Safe for use by many threads.
 *
 * <p>When as many are kept as may be, the oldest makes room. A listener has a queue of {@value #MAX_BEHIND}; what comes while
 * it is full is not told to that listener, and is counted in {@link #missed}. Neither a task nor another listener ever waits
 * for one.
 */
public final class DeadLetters implements Erasable {

    /** The most letters that wait for one listener. */
    public static final int MAX_BEHIND = 1_000;

    /** The most listeners. */
    public static final int MAX_LISTENERS = 16;

    static final int DEFAULT_KEPT = 256;
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);

    private final int most;
    private final Executor threads;
    private final ReentrantLock lock = new ReentrantLock();

    // under the lock
    private final Deque<DeadLetter> kept = new ArrayDeque<>();
    private final Map<Reason, Long> counts = new EnumMap<>(Reason.class);
    private final List<Listening> listeners = new ArrayList<>();
    private long missed;

    DeadLetters(int most, Executor threads) {
        this.most = most;
        this.threads = threads;
        for (Reason reason : Reason.values()) {
            counts.put(reason, 0L);
        }
    }

    /** Those kept, the oldest first. */
    public List<DeadLetter> recent() {
        lock.lock();
        try {
            return List.copyOf(kept);
        } finally {
            lock.unlock();
        }
    }

    /** Those kept, the oldest first, and keeps them no more: to do them again, say. */
    public List<DeadLetter> takeAll() {
        lock.lock();
        try {
            List<DeadLetter> all = List.copyOf(kept);
            kept.clear();
            return all;
        } finally {
            lock.unlock();
        }
    }

    /** How many there have been, by reason; those that are not kept any more included. */
    public Map<Reason, Long> counts() {
        lock.lock();
        try {
            return Collections.unmodifiableMap(new EnumMap<>(counts));
        } finally {
            lock.unlock();
        }
    }

    /** How many listeners were not told of, for they were too far behind; each listener counted. */
    public long missed() {
        lock.lock();
        try {
            return missed;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Has the listener told of every dead letter from now on: one at a time and in order, on a thread of the bus that is this
     * listener's own (a virtual one where the JDK has them) while there is something to tell. What it throws is logged, by its
     * type, and has no other effect.
     *
     * @return ends it: no call begins after that
     * @throws IllegalStateException if there are {@value #MAX_LISTENERS} already
     */
    public Listening listen(Consumer<? super DeadLetter> listener) {
        var listening = new Listening(this, requireNonNull(listener, "listener"));
        lock.lock();
        try {
            if (listeners.size() >= MAX_LISTENERS) {
                throw new IllegalStateException(
                        "there may be " + MAX_LISTENERS + " listeners of dead letters, and there are");
            }
            listeners.add(listening);
        } finally {
            lock.unlock();
        }
        return listening;
    }

    /** Drops the tenant's letters that are kept or wait for a listener. What a listener was told is the listener's. */
    @Override
    public ErasureReceipt erase(Tenant tenant) {
        requireNonNull(tenant, "tenant");
        lock.lock();
        try {
            int before = kept.size();
            kept.removeIf(letter -> tenant.equals(letter.submit().owner()));
            listeners.forEach(listening -> listening.waiting.removeIf(
                    letter -> tenant.equals(letter.submit().owner())));
            return new ErasureReceipt("dead letters of the bus", tenant, before - kept.size());
        } finally {
            lock.unlock();
        }
    }

    /** Under no lock of a mailbox. */
    void add(DeadLetter letter) {
        List<Listening> told;
        lock.lock();
        try {
            counts.merge(letter.reason(), 1L, Long::sum);
            kept.addLast(letter);
            if (kept.size() > most) {
                kept.removeFirst();
            }
            for (Listening listening : listeners) {
                if (listening.waiting.size() < MAX_BEHIND) {
                    listening.waiting.addLast(letter);
                } else {
                    missed++;
                }
            }
            told = List.copyOf(listeners);
        } finally {
            lock.unlock();
        }
        told.forEach(listening -> listening.worker.wake());
    }

    private @Nullable DeadLetter next(Listening listening) {
        lock.lock();
        try {
            return listening.waiting.poll();
        } finally {
            lock.unlock();
        }
    }

    private void remove(Listening listening) {
        lock.lock();
        try {
            listeners.remove(listening);
            listening.waiting.clear();
        } finally {
            lock.unlock();
        }
    }

    /** A listener's place. */
    public static final class Listening implements AutoCloseable {

        private final DeadLetters letters;
        private final Consumer<? super DeadLetter> listener;
        private final SerialWorker worker;
        /** Under the lock. */
        private final Deque<DeadLetter> waiting = new ArrayDeque<>();

        private Listening(DeadLetters letters, Consumer<? super DeadLetter> listener) {
            this.letters = letters;
            this.listener = listener;
            this.worker = new SerialWorker(letters.threads, this::tellNext);
        }

        /** Ends it; does not wait for a call that runs. */
        @Override
        public void close() {
            letters.remove(this);
        }

        private boolean tellNext() {
            DeadLetter letter = letters.next(this);
            if (letter == null) {
                return false;
            }
            try {
                listener.accept(letter);
            } catch (RuntimeException | Error e) {
                LOG.warn("a listener of dead letters threw {}", e.getClass().getName());
            }
            return true;
        }
    }
}
