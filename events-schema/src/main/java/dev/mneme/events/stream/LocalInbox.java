package dev.mneme.events.stream;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.mneme.MnemeException;
import dev.mneme.events.Envelope;
import dev.mneme.events.Event;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An inbox in this process's memory, for handlers whose work is in this process too.
 *
 * <p>It remembers the last {@code capacity} events (100,000 by default): a repetition that comes after that many other
 * events does the work again, as does one after a restart. A delivery waits for another one of the same event for at
 * most {@code maxWait}, 30 seconds by default. The work runs on the calling thread, under no lock.
 */
public final class LocalInbox implements Inbox<LocalTransaction> {

    private static final int DEFAULT_CAPACITY = 100_000;
    private static final Duration DEFAULT_MAX_WAIT = Duration.ofSeconds(30);
    private static final int MAX_CAPACITY = 10_000_000;

    private final int capacity;
    private final Duration maxWait;
    private final ReentrantLock lock = new ReentrantLock();

    // guarded by the lock; each running work has a latch that opens at its end
    private final Set<UUID> handled = new LinkedHashSet<>();
    private final Map<UUID, CountDownLatch> running = new HashMap<>();

    private LocalInbox(int capacity, Duration maxWait) {
        this.capacity = capacity;
        this.maxWait = maxWait;
    }

    /** An inbox with the defaults. */
    public static LocalInbox create() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public <E extends Event> EventHandler<E> once(InboxWork<? super LocalTransaction, E> work) {
        return event -> {
            if (begin(event.id())) {
                run(work, event);
            }
        };
    }

    private <E extends Event> void run(InboxWork<? super LocalTransaction, E> work, Envelope<E> event)
            throws Exception {
        boolean done = false;
        try {
            var transaction = new LocalTransaction();
            work.run(transaction, event);
            transaction.commit();
            done = true;
        } finally {
            end(event.id(), done);
        }
    }

    /** Whether the caller is to do the work; then it must end it. */
    private boolean begin(UUID id) throws InterruptedException {
        long endNanos = System.nanoTime() + maxWait.toNanos();
        while (true) {
            CountDownLatch other;
            lock.lock();
            try {
                if (handled.contains(id)) {
                    return false;
                }
                other = running.get(id);
                if (other == null) {
                    running.put(id, new CountDownLatch(1));
                    return true;
                }
            } finally {
                lock.unlock();
            }
            if (!other.await(endNanos - System.nanoTime(), NANOSECONDS)) {
                throw new MnemeException("event " + id + " was still being handled by an earlier delivery after "
                        + maxWait + "; it is to be delivered again");
            }
        }
    }

    private void end(UUID id, boolean done) {
        CountDownLatch ended;
        lock.lock();
        try {
            if (done) {
                handled.add(id);
                if (handled.size() > capacity) {
                    var oldest = handled.iterator();
                    oldest.next();
                    oldest.remove();
                }
            }
            ended = running.remove(id);
        } finally {
            lock.unlock();
        }
        if (ended != null) {
            ended.countDown();
        }
    }

    /** The settings of an inbox. */
    public static final class Builder {

        private int capacity = DEFAULT_CAPACITY;
        private Duration maxWait = DEFAULT_MAX_WAIT;

        private Builder() {}

        /**
         * How many events the inbox remembers.
         *
         * @throws IllegalArgumentException if it is not 1 to 10,000,000
         */
        public Builder capacity(int capacity) {
            Limits.between("capacity", capacity, 1, MAX_CAPACITY);
            this.capacity = capacity;
            return this;
        }

        /**
         * How long a delivery waits for another one of the same event.
         *
         * @throws IllegalArgumentException if it is not more than zero
         */
        public Builder maxWait(Duration maxWait) {
            Limits.positive("maxWait", maxWait);
            this.maxWait = maxWait;
            return this;
        }

        public LocalInbox build() {
            return new LocalInbox(capacity, maxWait);
        }
    }
}
