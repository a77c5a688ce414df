package dev.mneme.memory.cache;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** Lets so many loads run at once and keeps the others in order of their coming; a waiting load holds no thread. */
final class LoadGate {

    static final int MAX_WAITING = 10_000;

    /** A load and what to do if it cannot run. */
    interface Load extends Runnable {
        void refused(RejectedExecutionException why);
    }

    private final Semaphore permits;
    private final Queue<Load> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waitingCount = new AtomicInteger();
    private final Executor threads;

    LoadGate(int maxConcurrent, Executor threads) {
        this.permits = new Semaphore(maxConcurrent);
        this.threads = threads;
    }

    /**
     * Runs the load on a thread of the memory as soon as there is a permit.
     *
     * @return false if too many wait already; the load will not run
     */
    boolean submit(Load load) {
        if (waitingCount.incrementAndGet() > MAX_WAITING) {
            waitingCount.decrementAndGet();
            return false;
        }
        waiting.add(load);
        next();
        return true;
    }

    private void next() {
        // each turn takes a permit before it looks: whoever added last, or gave back last, finds what is there
        while (!waiting.isEmpty() && permits.tryAcquire()) {
            Load load = waiting.poll();
            if (load == null) {
                permits.release();
                continue;
            }
            waitingCount.decrementAndGet();
            start(load);
        }
    }

    private void start(Load load) {
        try {
            threads.execute(() -> {
                try {
                    load.run();
                } finally {
                    permits.release();
                    next();
                }
            });
        } catch (RejectedExecutionException e) {
            permits.release();
            load.refused(e); // the thread here may be another load's
        }
    }
}
