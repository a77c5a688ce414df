package dev.mneme.memory.coordination;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads behind leases. One renews and may block on the server; one watches that leases end in time, and never
 * blocks. Both are daemons, and started by the first lease.
 */
final class LeaseTimers implements AutoCloseable {

    private final ScheduledThreadPoolExecutor renewals = timer("mneme-leases");
    private final ScheduledThreadPoolExecutor ends = timer("mneme-lease-ends");

    private static ScheduledThreadPoolExecutor timer(String name) {
        var timer = new ScheduledThreadPoolExecutor(1, task -> {
            var thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return timer;
    }

    /** Work that may block. */
    void renewIn(Duration delay, Runnable work) {
        in(renewals, delay, work);
    }

    /** Work that does not. */
    void watchIn(Duration delay, Runnable work) {
        in(ends, delay, work);
    }

    /** The user's code, which may do what it likes on a thread of its own. */
    static void apart(Runnable action) {
        var thread = new Thread(action, "mneme-lease-loss");
        thread.setDaemon(true);
        thread.start();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the work itself tells its failures
    private static void in(ScheduledThreadPoolExecutor timer, Duration delay, Runnable work) {
        try {
            timer.schedule(work, Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // closed: nothing is to come
        }
    }

    @Override
    public void close() {
        renewals.shutdownNow();
        ends.shutdownNow();
    }
}
