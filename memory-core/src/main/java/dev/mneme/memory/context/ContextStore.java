package dev.mneme.memory.context;

import dev.mneme.AgentKey;
import dev.mneme.Erasable;

/**
 * The memories of many agents, each apart from all others.
 *
 * <p>There is no call that reads or changes more than one agent's memory, but for {@link #erase} which takes all agents
 * of one tenant. No record of one agent, nor its words, ever shows in another's hits or moves another's scores.
 *
 * <p>Safe to share between threads. Calls block the calling thread; what blocks for how long is said by each store. After
 * {@link #close()} every call throws {@link IllegalStateException}.
 */
public interface ContextStore extends Erasable, AutoCloseable {

    /** The memory of one agent. Cheap, makes nothing: an agent without records has an empty memory. */
    AgentContext agent(AgentKey key);

    /** Ends the store and gives back all it holds; what was acknowledged is kept. May be called twice. */
    @Override
    void close();
}
