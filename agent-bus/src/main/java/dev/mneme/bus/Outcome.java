package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a task ended.
 *
 * @param <O> what the agent answers; may be null
 */
public sealed interface Outcome<O extends @Nullable Object> {

    /** The state and the detail that the task ended in. */
    TaskStatus status();

    <R extends @Nullable Object> R fold(
            Function<? super Completed<O>, ? extends R> completed,
            Function<? super Failed<O>, ? extends R> failed,
            Function<? super Cancelled<O>, ? extends R> cancelled);

    /** Whether the agent answered; the answer itself may be null. */
    default boolean isCompleted() {
        return this instanceof Completed;
    }

    /** The failure, if it failed. */
    default Optional<Throwable> failure() {
        return this instanceof Failed<O> failed ? Optional.of(failed.cause()) : Optional.empty();
    }

    /**
     * The answer.
     *
     * @throws TaskFailedException if there is none
     */
    default O get() {
        if (this instanceof Completed<O> completed) {
            return completed.value();
        }
        throw new TaskFailedException(status(), failure().orElse(null));
    }

    /** The agent answered. */
    record Completed<O extends @Nullable Object>(O value) implements Outcome<O> {

        @Override
        public TaskStatus status() {
            return TaskStatus.COMPLETED;
        }

        @Override
        public <R extends @Nullable Object> R fold(
                Function<? super Completed<O>, ? extends R> completed,
                Function<? super Failed<O>, ? extends R> failed,
                Function<? super Cancelled<O>, ? extends R> cancelled) {
            return completed.apply(this);
        }
    }

    /**
     * It failed, or its time was over.
     *
     * @param detail {@link TaskDetail#HANDLER_FAILED}, {@link TaskDetail#TIMED_OUT} or {@link TaskDetail#NOT_APPROVED}
     * @param cause what the handler threw last, an {@link Error} too; a {@link TaskTimedOutException} if its time was over
     */
    record Failed<O extends @Nullable Object>(TaskDetail detail, Throwable cause) implements Outcome<O> {

        public Failed {
            requireNonNull(detail, "detail");
            requireNonNull(cause, "cause");
        }

        @Override
        public TaskStatus status() {
            return new TaskStatus(TaskState.FAILED, detail);
        }

        @Override
        public <R extends @Nullable Object> R fold(
                Function<? super Completed<O>, ? extends R> completed,
                Function<? super Failed<O>, ? extends R> failed,
                Function<? super Cancelled<O>, ? extends R> cancelled) {
            return failed.apply(this);
        }
    }

    /**
     * It was called off.
     *
     * @param detail {@link TaskDetail#BY_CALLER}, {@link TaskDetail#WITH_PARENT} or {@link TaskDetail#SHUTDOWN}
     */
    record Cancelled<O extends @Nullable Object>(TaskDetail detail) implements Outcome<O> {

        public Cancelled {
            requireNonNull(detail, "detail");
        }

        @Override
        public TaskStatus status() {
            return new TaskStatus(TaskState.CANCELLED, detail);
        }

        @Override
        public <R extends @Nullable Object> R fold(
                Function<? super Completed<O>, ? extends R> completed,
                Function<? super Failed<O>, ? extends R> failed,
                Function<? super Cancelled<O>, ? extends R> cancelled) {
            return cancelled.apply(this);
        }
    }
}
