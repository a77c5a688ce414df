package dev.mneme.memory.cache;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The threads of a memory's caches: loads, async reads, listeners, and one for timers, on which nothing else runs.
 *
 * <p>On Java 21 and later loads and async reads have a virtual thread each. Before, loads have up to
 * {@value #MAX_LOADING} daemon threads and async reads {@value #READING} with a queue of {@value #QUEUED}; more than that is refused.
 */
final class LoadThreads {

    static final int MAX_LOADING = 1_024;
    static final int READING = 64;
    static final int QUEUED = 10_000;
    static final int MAX_EVENTS = 1_000;

    final ExecutorService loading;
    final ExecutorService reading;
    final ScheduledThreadPoolExecutor timer;
    private final ThreadPoolExecutor telling;

    LoadThreads() {
        loading = perTask(new ThreadPoolExecutor(
                0, MAX_LOADING, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), daemons("mneme-cache-load-")));
        reading = perTask(pool(READING, QUEUED, "mneme-cache-read-"));
        telling = pool(1, MAX_EVENTS, "mneme-cache-events-");
        telling.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        timer = new ScheduledThreadPoolExecutor(1, daemons("mneme-cache-timer-"));
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Runs a short task on the timer's thread, unless the memory is closed before. */
    void later(long nanos, Runnable task) {
        if (!timer.isShutdown()) {
            var unused = timer.schedule(task, nanos, TimeUnit.NANOSECONDS);
        }
    }

    <T> void tell(Consumer<? super T> listener, T event) {
        telling.execute(() -> listener.accept(event));
    }

    void close() {
        timer.shutdownNow();
        reading.shutdown();
        loading.shutdown();
        telling.shutdown();
    }

    private static ThreadPoolExecutor pool(int threads, int queued, String name) {
        var pool = new ThreadPoolExecutor(
                threads, threads, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(queued), daemons(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** A virtual thread for each task where there are any, else the pool. */
    private static ExecutorService perTask(ThreadPoolExecutor pool) {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException e) {
            return pool;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ThreadFactory daemons(String name) {
        var count = new AtomicInteger();
        return task -> {
            var thread = new Thread(task, name + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
