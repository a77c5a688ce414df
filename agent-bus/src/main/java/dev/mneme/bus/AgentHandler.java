package dev.mneme.bus;

import org.jspecify.annotations.Nullable;

/**
 * What an agent does with a task.
 *
 * @param <I> what it is given
 * @param <O> what it answers; may be null
 */
@FunctionalInterface
public interface AgentHandler<I, O extends @Nullable Object> {

    /**
     * Makes one attempt, on a thread that is this attempt's own until it returns. It may block. Called again for the next
     * attempt of the same task, never by two threads for one task, and by as many threads at once for different tasks as
     * the agent's {@code maxConcurrency} says.
     *
     * @throws Exception if the attempt failed; it is repeated if the agent has a retry and that sees use in it
     */
    O handle(I input, TaskContext context) throws Exception;
}
