package dev.mneme.bus;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.mneme.events.stream.spi.WorkerThreads;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A few threads that take the mailboxes with work in turn, one task a turn. A thread takes a task only when it is free, so
 * the choice among an agent's tasks falls as late as it can.
 *
 * <p>Each thread that waits inside of a handler, or is inside of one that was given up, is replaced by another one, up to one
 * bound for both; when it goes on, the next thread that becomes free ends. Beyond the bound no handler may begin to wait,
 * and the thread of one that is given up is missing until it returns, or another that was replaced goes on.
 */
final class ThreadPool implements Dispatcher {

    private static final Logger LOG = LoggerFactory.getLogger(ThreadPool.class);
    private static final long IDLE_NANOS = SECONDS.toNanos(5);

    private final int size;
    private final int maxSuspended;
    private final ThreadFactory factory = WorkerThreads.daemon("mneme-bus-pool-");
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    // bounded by the number of agents: each stands in it once at most
    private final Queue<Mailbox> ring = new ArrayDeque<>();
    private int threads;
    private int idle;
    private int suspended;
    /** Threads inside of handlers that were given up, replaced or not. */
    private int givenUp;

    ThreadPool(int size, int maxSuspended) {
        this.size = size;
        this.maxSuspended = maxSuspended;
    }

    @Override
    public void ready(Mailbox mailbox) {
        lock.lock();
        try {
            if (!mailbox.inRing) {
                mailbox.inRing = true;
                ring.add(mailbox);
            }
            wake();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean trySuspend() {
        lock.lock();
        try {
            if (suspended + givenUp >= maxSuspended) {
                return false;
            }
            suspended++;
            wake();
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void resume() {
        lock.lock();
        try {
            suspended--;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void threadLost() {
        lock.lock();
        try {
            givenUp++;
            wake();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void threadBack() {
        lock.lock();
        try {
            givenUp--;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Gate gate() {
        return new ParkGate();
    }

    @Override
    public boolean await(CompletableFuture<?> done, long nanos) {
        return ParkGate.await(done, nanos);
    }

    /** How many threads there may be. */
    private int allowed() {
        return size + Math.min(suspended + givenUp, maxSuspended);
    }

    /** Finds a thread for the ring, if there is one to be had. */
    private void wake() {
        if (ring.isEmpty()) {
            return;
        }
        if (idle > 0) {
            work.signal();
        } else if (threads < allowed()) {
            threads++;
            try {
                factory.newThread(this::work).start();
            } catch (RuntimeException | Error e) {
                threads--;
                // the others go on; with none left, the next task that is submitted tries again
                LOG.error("no thread could be started, {} are running", threads, e);
            }
        }
    }

    private void work() {
        for (Mailbox mailbox = take(); mailbox != null; mailbox = take()) {
            Attempt<?, ?> attempt = mailbox.slots.pick();
            if (mailbox.slots.isReady()) {
                ready(mailbox);
            }
            if (attempt != null) {
                attempt.run();
            }
        }
    }

    /** Null for a thread that is to end. */
    private @Nullable Mailbox take() {
        lock.lock();
        try {
            long left = IDLE_NANOS;
            while (ring.isEmpty() && left > 0 && threads <= allowed()) {
                idle++;
                try {
                    left = work.awaitNanos(left);
                } catch (InterruptedException e) {
                    // of nobody's: what interrupts a handler does so only while it runs
                    left = 0;
                } finally {
                    idle--;
                }
            }
            Mailbox mailbox = threads > allowed() ? null : ring.poll();
            if (mailbox == null) {
                threads--;
                // it may have had the signal that was for another
                wake();
                return null;
            }
            mailbox.inRing = false;
            // a signal may have gone to a thread whose time was over
            wake();
            return mailbox;
        } finally {
            lock.unlock();
        }
    }
}
