package dev.mneme.memory.context;

import dev.mneme.AgentKey;
import dev.mneme.MnemeException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * The memory of one agent: interactions go in, and are found again by id or by a question.
 *
 * <p>When a call that changes the memory has returned, every later search, find and count sees the change. When it threw
 * {@link IllegalArgumentException}, nothing was changed. When it threw anything else, the change may or may not be there;
 * repeating it is safe, as long as the interactions have ids of their own.
 *
 * <p>Safe to share between threads. Calls block the calling thread; the store's {@link Embedder} is called on it, under no
 * lock. The async twins do the same on a thread of the executor that the store was built with, by default a virtual thread,
 * or before Java 21 one of a few daemon threads: a stage completes when the call would have returned, and fails with what it
 * would have thrown. They are begun in any order; a call that must see another's change is to be chained to its stage.
 */
public interface AgentContext {

    /** The most interactions of one {@link #addAll}. */
    int MAX_BATCH = 10_000;

    /** The most bytes (UTF-8) of an interaction's text, unless the store was built with another limit. */
    int DEFAULT_MAX_TEXT_BYTES = 64 * 1024;

    AgentKey key();

    /**
     * Adds an interaction, or replaces the one with its id unless that is newer by {@link Interaction#time()}. What the
     * store's {@link Duplicates} and {@link Limits} made of it is in the answer; records that the limits take are gone when
     * this returns.
     *
     * @throws IllegalArgumentException if the text is over the store's limit, blank without a vector, or the vector has
     *     not as many dimensions as the store's embedder
     * @throws PinnedLimitException if the agent would have more pinned records than the store's {@link Limits} allow records
     * @throws MnemeException if the embedder or the store failed
     */
    Added add(Interaction interaction);

    /**
     * Adds many in one batch: all are checked before anything is written, and the text of those without a vector is
     * embedded by one call.
     *
     * @param interactions at most {@value #MAX_BATCH}; of two with one id the newer by time wins, of two as new the later
     * @throws IllegalArgumentException as {@link #add}, or if there are too many
     * @throws PinnedLimitException as {@link #add}; nothing of the batch was written
     * @throws MnemeException if the embedder or the store failed
     */
    Additions addAll(Collection<Interaction> interactions);

    /** The interaction with this id. */
    Optional<Interaction> find(String id);

    /**
     * What bears on a question, best first.
     *
     * @throws IllegalArgumentException if the query's vector has not as many dimensions as the store's embedder, none of its
     *     legs has a weight, or its filter compares a metadata key with a kind of value that none of this agent's records has there, while some
     *     have another
     * @throws MnemeException if the embedder or the store failed
     */
    Hits search(ContextQuery query);

    /**
     * The first interactions, the oldest first: by {@link Interaction#time()}, of one time by id. For copying a memory out, a
     * page at a time; each page costs a look at all that is known of the agent's records.
     *
     * @param limit how many at most; from 1 to {@value #MAX_BATCH}
     */
    List<Interaction> scroll(int limit);

    /**
     * The next interactions in that order.
     *
     * @param after the last of the page before, whether it is still there or not; only its time and id are looked at. What was
     *     added since then is given if it belongs behind it
     * @param limit as {@link #scroll(int)}
     * @throws IllegalArgumentException if {@code after} has no time
     */
    List<Interaction> scroll(Interaction after, int limit);

    /** Removes the interaction with this id; false if there is none. */
    boolean delete(String id);

    /** Removes all of this agent's interactions, and says how many there were. */
    long clear();

    /** How many interactions there are. */
    long count();

    /**
     * How many interactions satisfy the filter.
     *
     * @throws IllegalArgumentException as {@link #search} for the filter
     */
    long count(Filter filter);

    /**
     * Removes the records that satisfy all conditions, but for pinned ones; or only says which, in a dry run.
     *
     * @throws IllegalArgumentException as {@link #search} for the filter
     * @throws UnsupportedOperationException if the store cannot prune
     * @throws MnemeException if the store failed; some of the records may be gone, and repeating it is safe
     */
    default PruneReport prune(Prune prune) {
        throw new UnsupportedOperationException("this context store cannot prune");
    }

    /**
     * This memory in numbers. Looks at all records, but not at their texts.
     *
     * @throws UnsupportedOperationException if the store keeps no statistics
     * @throws MnemeException if the store failed
     */
    default ContextStats stats() {
        throw new UnsupportedOperationException("this context store keeps no statistics");
    }

    /**
     * Runs a call, or several, where the async twins run.
     *
     * @return fails with {@link ContextStoreException} if too many calls are unfinished or the executor rejects it, and with
     *     {@link IllegalStateException} after the store was closed; then the call was not begun
     */
    <T> CompletionStage<T> async(Supplier<T> call);

    /** {@link #add} by {@link #async}: when the stage completes, the change is what it is when {@code add} returns. */
    default CompletionStage<Added> addAsync(Interaction interaction) {
        return async(() -> add(interaction));
    }

    /** {@link #addAll} by {@link #async}; the collection is copied before this returns. */
    default CompletionStage<Additions> addAllAsync(Collection<Interaction> interactions) {
        List<Interaction> copy = List.copyOf(interactions);
        return async(() -> addAll(copy));
    }

    /** {@link #find} by {@link #async}. */
    default CompletionStage<Optional<Interaction>> findAsync(String id) {
        return async(() -> find(id));
    }

    /** {@link #search} by {@link #async}. */
    default CompletionStage<Hits> searchAsync(ContextQuery query) {
        return async(() -> search(query));
    }

    /** {@link #delete} by {@link #async}. */
    default CompletionStage<Boolean> deleteAsync(String id) {
        return async(() -> delete(id));
    }
}
