package dev.mneme.benchmarks.bus;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** No agents at all: a future for each message, on an executor. */
final class FuturePeer implements Peer {

    private final Received received;
    private final Executor executor;
    private final @Nullable ThreadPoolExecutor own;

    FuturePeer(Received received, boolean bounded) {
        this.received = received;
        own = bounded ? new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1_024)) : null;
        executor = own == null ? ForkJoinPool.commonPool() : own;
    }

    @Override
    public boolean tell(int agent, Note note) {
        try {
            CompletableFuture<Void> done = CompletableFuture.runAsync(() -> received.add(note), executor);
            return !done.isCancelled();
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    @Override
    public long ask(long number) {
        return CompletableFuture.supplyAsync(() -> number, executor).join();
    }

    @Override
    public void close() {
        if (own != null) {
            own.shutdownNow();
        }
    }
}
