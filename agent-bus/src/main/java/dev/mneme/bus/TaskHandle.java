package dev.mneme.bus;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * An accepted task, in the hands of who submitted it. Safe for use by many threads.
 *
 * @param <O> what the agent answers
 */
public interface TaskHandle<O extends @Nullable Object> {

    /** Names the task; no other of this process or of another has it. */
    String id();

    /** The name of the agent. */
    String agent();

    /** Where the task is now. */
    TaskStatus status();

    /** What the task said last about how far it is; empty if it said nothing. */
    Optional<Progress> progress();

    /**
     * Ends the task, if it has not ended: at once, whatever it does. What runs is told by {@link TaskContext#onCancel}, by
     * {@link TaskContext#isCancelled} and by an interrupt; its late result is ignored. Never blocks.
     *
     * @return whether this call ended it
     */
    boolean cancel();

    /**
     * The outcome, to come; never completed exceptionally. What is chained to it runs on the thread that ended the task
     * (that of the handler, or of who cancelled; after a time-out one of the bus), under no lock; it should not block.
     */
    CompletionStage<Outcome<O>> outcome();

    /**
     * Waits for the outcome on the calling thread. Inside of a handler use {@link TaskContext#await}, which does not keep
     * the agent's slot.
     *
     * @return empty if the time is over, or the thread was interrupted, whose flag is kept
     */
    Optional<Outcome<O>> awaitOutcome(Duration timeout);
}
