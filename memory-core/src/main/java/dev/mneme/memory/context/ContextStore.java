package dev.mneme.memory.context;

import dev.mneme.AgentKey;
import dev.mneme.Erasable;
import java.util.List;
import java.util.Optional;

/**
 * The memories of many agents, each apart from all others.
 *
 * <p>There is no call that reads or changes more than one agent's memory, but for {@link #erase} which takes all agents
 * of one tenant, and {@link #agents} which names them. No record of one agent, nor its words, ever shows in another's hits or moves another's scores.
 *
 * <p>Safe to share between threads. Calls block the calling thread; what blocks for how long is said by each store. After
 * {@link #close()} every call throws {@link IllegalStateException}.
 */
public interface ContextStore extends Erasable, AutoCloseable {

    /** The memory of one agent. Cheap, makes nothing: an agent without records has an empty memory. */
    AgentContext agent(AgentKey key);

    /** The {@linkplain Embedder#fingerprint() fingerprint} of the embedder that this store was opened with. */
    String fingerprint();

    /**
     * The agents that have records, in the order of their {@linkplain AgentKey#key() keys}; for work on whole stores such as
     * copying one, not for a request. One whose last record's time to live has just ended may be among them.
     *
     * @param after the agent behind which to begin, whether it has records or not; empty for the first
     * @param limit how many at most; from 1 to {@value AgentContext#MAX_BATCH}
     */
    List<AgentKey> agents(Optional<AgentKey> after, int limit);

    /**
     * The whole store in numbers, without looking at any agent's records.
     *
     * @throws UnsupportedOperationException if the store keeps no statistics
     * @throws dev.mneme.MnemeException if the store failed
     */
    default StoreStats stats() {
        throw new UnsupportedOperationException("this context store keeps no statistics");
    }

    /** Ends the store and gives back all it holds; what was acknowledged is kept. May be called twice. */
    @Override
    void close();
}
