package dev.mneme.resilience;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What asynchronous calls have in common. */
final class CallFutures {

    private CallFutures() {}

    /**
     * Begins a call under a context.
     *
     * @return completes on the executor; cancelling it cancels the call's own stage
     */
    static <T extends @Nullable Object> CompletableFuture<T> start(
            Supplier<? extends CompletionStage<T>> call, CallContext context, Executor executor) {
        CompletionStage<T> stage = stageOf(call, context);
        var future = new CompletableFuture<T>();
        var unused = stage.whenComplete((answer, failure) -> hop(executor, () -> {
            if (failure == null) {
                future.complete(answer);
            } else {
                future.completeExceptionally(unwrapped(failure));
            }
        }));
        var unusedToo = future.whenComplete((answer, failure) -> {
            if (future.isCancelled()) {
                cancel(stage);
            }
        });
        return future;
    }

    private static <T extends @Nullable Object> CompletionStage<T> stageOf(
            Supplier<? extends CompletionStage<T>> call, CallContext context) {
        CallContext own = CallContext.current();
        context.bind();
        try {
            return requireNonNull(call.get(), "the call returned no stage");
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        } finally {
            own.bind();
        }
    }

    /** Runs a task on the executor, or here if that has been shut down: a result must never be lost. */
    static void hop(Executor executor, Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            task.run();
        }
    }

    private static void cancel(CompletionStage<?> stage) {
        try {
            stage.toCompletableFuture().cancel(true);
        } catch (UnsupportedOperationException e) {
            // a stage that cannot be cancelled goes on alone; nobody listens to it
        }
    }

    /** The failure itself, out of the wrappers that completion stages put around it. */
    static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure.getCause();
        boolean wrapper = failure instanceof CompletionException || failure instanceof ExecutionException;
        return wrapper && cause != null ? unwrapped(cause) : failure;
    }
}
