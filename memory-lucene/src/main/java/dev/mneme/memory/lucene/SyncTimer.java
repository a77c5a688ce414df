package dev.mneme.memory.lucene;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Runs a task once, later; for tests to take its place. */
interface SyncTimer extends AutoCloseable {

    /** Runs the task on the timer's thread after the delay. */
    void schedule(Runnable task, Duration delay);

    /** Tasks that have not begun are not run any more; returns without waiting for one under way. */
    @Override
    void close();

    /** A timer with one daemon thread, which it has from the first task on. */
    static SyncTimer onThread(String name) {
        var executor = new ScheduledThreadPoolExecutor(1, task -> {
            var thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return new SyncTimer() {
            @Override
            public void schedule(Runnable task, Duration delay) {
                ScheduledFuture<?> unused = executor.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
            }

            @Override
            public void close() {
                executor.shutdown();
            }
        };
    }
}
