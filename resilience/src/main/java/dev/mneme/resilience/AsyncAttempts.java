package dev.mneme.resilience;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One asynchronous call with its retries; between attempts it is a task in the timer and holds no thread. */
final class AsyncAttempts<T extends @Nullable Object> {

    private final Attempts attempts;
    private final Supplier<CompletableFuture<T>> attempt;
    private final Retry retry;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    /** What must be stopped if the caller cancels now. */
    private volatile @Nullable Runnable underWay;

    AsyncAttempts(Attempts attempts, Supplier<CompletableFuture<T>> attempt, Retry retry) {
        this.attempts = attempts;
        this.attempt = attempt;
        this.retry = retry;
    }

    CompletableFuture<T> start() {
        var unused = result.whenComplete((answer, failure) -> {
            Runnable stop = underWay;
            if (result.isCancelled() && stop != null) {
                stop.run();
            }
        });
        attempt();
        return result;
    }

    private void attempt() {
        if (result.isDone()) {
            return;
        }
        CompletableFuture<T> stage = attempt.get();
        stopIfCancelled(() -> stage.cancel(true));
        var unused = stage.whenComplete(this::finished);
    }

    private void finished(T answer, @Nullable Throwable failure) {
        if (failure == null) {
            result.complete(answer);
            return;
        }
        if (!(CallFutures.unwrapped(failure) instanceof Exception exception)) {
            result.completeExceptionally(CallFutures.unwrapped(failure));
            return;
        }
        long wait = result.isDone() ? -1 : attempts.nanosAfter(exception);
        if (wait < 0) {
            result.completeExceptionally(attempts.verdict(exception));
            return;
        }
        Runnable next = () -> CallFutures.hop(retry.executor(), this::attempt);
        stopIfCancelled(retry.waits().schedule(wait, next));
    }

    private void stopIfCancelled(Runnable stop) {
        underWay = stop;
        if (result.isCancelled()) {
            stop.run();
        }
    }
}
