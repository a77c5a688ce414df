package dev.mneme.resilience.health;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs checks: each on a virtual thread, or all on a few daemon threads that end when idle. What is queued is bounded by
 * the caller, who never has one check here twice.
 */
interface CheckPool extends AutoCloseable {

    /**
     * @throws RejectedExecutionException if closed
     */
    void run(Runnable check);

    /** Takes no more checks; it does not wait for those that run. */
    @Override
    void close();

    static CheckPool create(int maxThreads) {
        ThreadFactory virtual = WorkerThreads.virtual("mneme-health-");
        return virtual == null ? ofThreads(maxThreads) : ofThreadEach(virtual);
    }

    static CheckPool ofThreads(int maxThreads) {
        var pool = new ThreadPoolExecutor(
                maxThreads,
                maxThreads,
                5,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                WorkerThreads.daemon("mneme-health-"));
        pool.allowCoreThreadTimeOut(true);
        return new CheckPool() {
            @Override
            public void run(Runnable check) {
                pool.execute(check);
            }

            @Override
            public void close() {
                pool.shutdownNow();
            }
        };
    }

    static CheckPool ofThreadEach(ThreadFactory threads) {
        var closed = new AtomicBoolean();
        return new CheckPool() {
            @Override
            public void run(Runnable check) {
                if (closed.get()) {
                    throw new RejectedExecutionException("closed");
                }
                Thread thread = threads.newThread(check);
                thread.start();
            }

            @Override
            public void close() {
                closed.set(true);
            }
        };
    }
}
