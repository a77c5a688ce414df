package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a submitted task, given at once.
 *
 * @param <O> what the agent answers
 */
public sealed interface Submission<O extends @Nullable Object> {

    <R extends @Nullable Object> R fold(
            Function<? super TaskHandle<O>, ? extends R> accepted, Function<? super Rejected<O>, ? extends R> rejected);

    /** Does the one or the other, on the calling thread. */
    default void handle(Consumer<? super TaskHandle<O>> accepted, Consumer<? super Rejected<O>> rejected) {
        if (this instanceof Accepted<O> yes) {
            accepted.accept(yes.handle());
        } else if (this instanceof Rejected<O> no) {
            rejected.accept(no);
        }
    }

    /**
     * The accepted task.
     *
     * @throws SubmissionRejectedException if it was not accepted
     */
    default TaskHandle<O> orThrow() {
        if (this instanceof Rejected<O> no) {
            throw new SubmissionRejectedException(no.reason(), no.retryAfter());
        }
        return ((Accepted<O>) this).handle();
    }

    /** The task is in the agent's queue, or runs already; it will end in exactly one {@link Outcome}. */
    record Accepted<O extends @Nullable Object>(TaskHandle<O> handle) implements Submission<O> {

        public Accepted {
            requireNonNull(handle, "handle");
        }

        @Override
        public <R extends @Nullable Object> R fold(
                Function<? super TaskHandle<O>, ? extends R> accepted,
                Function<? super Rejected<O>, ? extends R> rejected) {
            return accepted.apply(handle);
        }
    }

    /**
     * The task was not taken, and nothing of it will run.
     *
     * @param retryAfter when there may be room again: the measured time of a task over those that run at once, rounded up
     *     to a power of two of milliseconds. Zero where coming back is of no use
     */
    record Rejected<O extends @Nullable Object>(RejectReason reason, Duration retryAfter) implements Submission<O> {

        public Rejected {
            requireNonNull(reason, "reason");
            requireNonNull(retryAfter, "retryAfter");
        }

        @Override
        public <R extends @Nullable Object> R fold(
                Function<? super TaskHandle<O>, ? extends R> accepted,
                Function<? super Rejected<O>, ? extends R> rejected) {
            return rejected.apply(this);
        }
    }
}
