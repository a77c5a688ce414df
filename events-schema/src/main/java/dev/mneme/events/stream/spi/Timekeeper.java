package dev.mneme.events.stream.spi;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One daemon thread that does what falls due by a ticker; started by the first {@link #wake}.
 *
 * <p>Due times are the ticker's, waits are real. A ticker that is not the system's may be moved by hand, so while
 * something is due later it is looked at again every few milliseconds.
 */
public final class Timekeeper implements AutoCloseable {

    /** What a round answers when nothing is due until the next {@link #wake}. */
    public static final long NOTHING_DUE = Long.MAX_VALUE;

    private static final long LONGEST_WAIT_NANOS = SECONDS.toNanos(10);
    private static final long LOOK_NANOS = MILLISECONDS.toNanos(5);

    private final String threadName;
    private final boolean systemTicker;
    private final LongSupplier round;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable Thread thread;
    private volatile boolean closed;

    /**
     * @param round does what is due, without waiting, and answers the nanoseconds until it should be called again
     */
    public Timekeeper(String threadName, boolean systemTicker, LongSupplier round) {
        this.threadName = threadName;
        this.systemTicker = systemTicker;
        this.round = round;
    }

    /** Has the round be called soon: something new may be due earlier than what was. */
    public void wake() {
        Thread running = thread;
        if (running == null) {
            running = start();
        }
        LockSupport.unpark(running);
    }

    /** No round begins later; one that runs is not waited for. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    private @Nullable Thread start() {
        lock.lock();
        try {
            if (thread == null && !closed) {
                var created = new Thread(this::run, threadName);
                created.setDaemon(true);
                created.start();
                thread = created;
            }
            return thread;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (!closed) {
            long due = round.getAsLong();
            long wait = due == NOTHING_DUE || systemTicker ? due : Math.min(due, LOOK_NANOS);
            if (wait > 0) {
                LockSupport.parkNanos(this, Math.min(wait, LONGEST_WAIT_NANOS));
            }
        }
    }
}
