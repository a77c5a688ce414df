package dev.mneme.resilience;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/** One daemon thread that starts what is due; it ends when nothing has been due for a while. */
final class Timer {

    private final ScheduledThreadPoolExecutor executor;

    Timer() {
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            var thread = new Thread(task, "mneme-resilience-timer");
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setKeepAliveTime(5, SECONDS);
        executor.allowCoreThreadTimeOut(true);
    }

    Runnable schedule(long nanos, Runnable task) {
        Future<?> future = executor.schedule(task, nanos, NANOSECONDS);
        return () -> future.cancel(false);
    }
}
