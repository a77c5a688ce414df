package dev.mneme.memory.history.spi;

import dev.mneme.SessionKey;
import dev.mneme.memory.history.Turn;
import java.time.Duration;
import java.util.List;

/**
 * The turns of one history that all nodes share. Every call is atomic for its conversation, may be repeated, and if its
 * answer is lost may or may not have been done.
 *
 * <p>A conversation is <em>whole</em> once turns of the store of record were written back, until it is cleared or past its
 * time. Each has a fence, a name that changes when it is cleared: what was read from the store of record before that is
 * not written back after.
 */
public interface TurnStore {

    /**
     * A turn to be added.
     *
     * @param turn the turn
     * @param ago how long ago it was appended where it waited; zero if it comes at once
     * @param after the name of the clearing before it where it waited, by which it is not forgotten however late that is
     *     carried out; empty if there was none
     */
    record Sent(Turn turn, Duration ago, String after) {}

    /**
     * A wish that a conversation be cleared; the same each time it is sent.
     *
     * @param name its own
     * @param ago how long ago it was made; turns that were appended since then stay
     * @param forAll false if only what is shared shall go, and not what is private on some node
     */
    record Clearing(String name, Duration ago, boolean forAll) {}

    /** What became of a turn. */
    enum Outcome {
        ADDED,
        KNOWN,
        /** It is older than the last time the conversation was cleared or its tenant erased. */
        FORGOTTEN
    }

    /**
     * What is held.
     *
     * @param turns oldest first
     * @param whole see {@link TurnStore}
     * @param fence the conversation's; empty if there is none
     */
    record Held(List<Turn> turns, boolean whole, String fence) {}

    /**
     * What was deleted, and two names by which private turns elsewhere can be told from those that came after.
     *
     * @param turns how many
     * @param cleared changes whenever the conversation is cleared for all; empty if that is not known
     * @param erased changes whenever the tenant is erased; empty if that is not known
     */
    record Deleted(long turns, String cleared, String erased) {}

    /**
     * Adds those whose ids are not known, in their order, drops the oldest beyond the limit, and begins the time to live
     * anew.
     *
     * @return an outcome for each
     */
    List<Outcome> append(SessionKey key, List<Sent> turns);

    /**
     * The newest turns; all of them, if the history loads and the conversation is not whole, which then has a fence.
     */
    Held recent(SessionKey key, int newest);

    /**
     * Puts turns of the store of record in their places, and says that the conversation is whole.
     *
     * @param fence what {@link #recent} gave before they were read; if it is another now, nothing is changed. Empty to
     *     write in any case
     * @param turns oldest first, each id once
     * @return what is held then; whole if the turns were written, or others were before
     */
    Held writeBack(SessionKey key, String fence, List<Turn> turns);

    /** Deletes what is held. */
    Deleted clear(SessionKey key, Clearing clearing);

    /** How many conversations this store holds in this process; none if they are elsewhere. */
    default long conversationsHere() {
        return 0;
    }
}
