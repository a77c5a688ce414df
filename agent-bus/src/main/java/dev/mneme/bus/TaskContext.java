package dev.mneme.bus;

import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a handler knows of its task, and may do in it. Belongs to one attempt: once that has ended, what is said through it
 * changes nothing.
 */
public interface TaskContext {

    String taskId();

    /** The number of this attempt, from 1. */
    int attempt();

    Optional<Tenant> tenant();

    Optional<SessionKey> session();

    /**
     * The time until the task's deadline; zero once it has passed. The policies of {@code dev.mneme.resilience} obey the
     * deadline by themselves on the handler's thread.
     */
    Duration remaining();

    /** Whether the task has ended, so that what the handler would answer is of no use any more. */
    boolean isCancelled();

    /**
     * Has something done when the task is cancelled, or its deadline passes, while this attempt runs: to close the call that
     * the handler waits for. Done on a thread of the bus, or at once on the calling thread if the task has ended already; at
     * most once; a failure of it is logged and has no effect.
     *
     * @return takes it back, if it has not been done
     * @throws IllegalStateException if there are {@value #MAX_ACTIONS} already
     */
    Registration onCancel(CancelAction action);

    /** The most actions of one attempt. */
    int MAX_ACTIONS = 1_000;

    /** Says how far the task is, to be read at {@link TaskHandle#progress}. */
    void progress(String stage, double fraction);

    /**
     * Submits a task on behalf of this one: as {@code submit(agent, input, Submit)} with the tenant, the session and the
     * priority of this one.
     */
    <I, O extends @Nullable Object> Submission<O> submit(AgentRef<I, O> agent, I input);

    /**
     * Submits a task on behalf of this one: its deadline is not later than this one's, and it is cancelled when this one is,
     * or when this one's deadline passes. It outlives this one if that completes or fails.
     */
    <I, O extends @Nullable Object> Submission<O> submit(AgentRef<I, O> agent, I input, Submit how);

    /**
     * Waits for the answer of another task, and lends the slot of this one to others of its agent meanwhile: so a task may
     * wait for one of its own agent, or for one that waits for its agent, even if that runs one at a time. Takes a slot
     * again, before anything that is queued, ere it returns. Bounded by this task's deadline. Only for the handler's own
     * thread.
     *
     * @throws TaskFailedException if the other one did not complete
     * @throws TaskStoppedException if this task ended meanwhile, or the thread was interrupted, whose flag is kept
     * @throws AwaitRefusedException if the other one waits for this one, in whatever way, so that neither would ever end; or
     *     if the bus runs on a pool and too many handlers wait already
     * @throws IllegalStateException if called by another thread than the handler's
     */
    <O extends @Nullable Object> O await(TaskHandle<O> task);

    /**
     * Submits and waits.
     *
     * @throws SubmissionRejectedException if it was not accepted
     * @throws TaskFailedException if the other one did not complete
     * @throws TaskStoppedException if this task ended meanwhile
     * @throws AwaitRefusedException as {@link #await}
     */
    default <I, O extends @Nullable Object> O ask(AgentRef<I, O> agent, I input) {
        return await(submit(agent, input).orThrow());
    }

    /** Something to do when a task is called off. */
    @FunctionalInterface
    interface CancelAction {

        void run() throws Exception;
    }

    /** A {@link CancelAction} that may be taken back. */
    @FunctionalInterface
    interface Registration {

        /** The action will not be done, unless it has begun. */
        void remove();
    }
}
