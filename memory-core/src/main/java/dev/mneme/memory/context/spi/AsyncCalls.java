package dev.mneme.memory.context.spi;

import dev.mneme.memory.context.ContextStoreException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the async calls of a store run: on the executor of the host, or on threads of their own. These are virtual where
 * the JDK has such threads, else up to {@value #THREADS} daemon threads, which end when there is nothing to do.
 *
 * <p>At most {@value #MAX_UNFINISHED} calls are under way or wait for a thread; one more fails at once, as does one that the
 * executor rejects and one after {@link #close}. A failure is always in the stage, as it was thrown. Never waits.
 *
 * <p>Safe to share between threads.
 */
public final class AsyncCalls implements AutoCloseable {

    /** So many calls may be unfinished at a time. */
    public static final int MAX_UNFINISHED = 10_000;

    static final int THREADS = 16;

    private final Executor executor;
    /** Ended by {@link #close}; the host's executor is not. */
    private final @Nullable ExecutorService own;

    private final AtomicInteger unfinished = new AtomicInteger();
    private volatile boolean closed;

    private AsyncCalls(Executor executor, @Nullable ExecutorService own) {
        this.executor = executor;
        this.own = own;
    }

    /** On the executor of the host, or on threads of their own if that is null. */
    public static AsyncCalls on(@Nullable Executor executor) {
        if (executor != null) {
            return new AsyncCalls(executor, null);
        }
        ExecutorService own = perTask();
        return new AsyncCalls(own, own);
    }

    /** Runs a call; dependents of the stage that name no executor run where the call does, or here if it is over. */
    public <T> CompletionStage<T> run(Supplier<T> call) {
        if (closed) {
            return CompletableFuture.failedFuture(closed());
        }
        if (unfinished.incrementAndGet() > MAX_UNFINISHED) {
            unfinished.decrementAndGet();
            return CompletableFuture.failedFuture(
                    notBegun(MAX_UNFINISHED + " async calls are unfinished; try again later", null));
        }
        var stage = new CompletableFuture<T>();
        try {
            executor.execute(() -> complete(stage, call));
        } catch (RejectedExecutionException e) {
            unfinished.decrementAndGet();
            stage.completeExceptionally(closed ? closed() : notBegun("the executor rejected it", e));
        }
        return stage;
    }

    private <T> void complete(CompletableFuture<T> stage, Supplier<T> call) {
        T result;
        try {
            result = call.get();
        } catch (RuntimeException | Error e) {
            unfinished.decrementAndGet();
            stage.completeExceptionally(e);
            return;
        }
        unfinished.decrementAndGet();
        stage.complete(result);
    }

    private static ContextStoreException notBegun(String why, @Nullable Throwable cause) {
        return new ContextStoreException("the call was not begun, nothing was changed: " + why, cause);
    }

    private static IllegalStateException closed() {
        return new IllegalStateException("the context store is closed");
    }

    /** Takes no more calls. Those it took run on, and find their store closed; does not wait for them. */
    @Override
    public void close() {
        closed = true;
        if (own != null) {
            own.shutdown();
        }
    }

    private static ExecutorService perTask() {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException e) {
            return pool(); // before Java 21
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ExecutorService pool() {
        var count = new AtomicInteger();
        var pool = new ThreadPoolExecutor(THREADS, THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            var thread = new Thread(task, "mneme-context-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
