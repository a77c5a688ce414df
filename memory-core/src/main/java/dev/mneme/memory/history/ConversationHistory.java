package dev.mneme.memory.history;

import dev.mneme.Privacy;
import dev.mneme.SessionKey;
import java.util.List;

/**
 * The last turns of conversations, as all nodes see them; see {@link HistoryBuilder} for its limits.
 *
 * <pre>{@code
 * ConversationHistory history = memory.history("recent").maxTurns(50).ttl(ofMinutes(20)).loader(db::lastTurns).build();
 * history.append(key, user.privacy(), Turn.user(messageId, text));
 * List<Turn> turns = history.recent(key, user.privacy(), tokens(4_000));
 * }</pre>
 *
 * <p>It is a copy that answers quickly; the truth is the host's store of record, which the loader reads. Turns are in the
 * order in which they arrived where all nodes share them, and two turns that one reader saw in one order are never seen in
 * the other while they are held. A turn is appended once however often it is sent: the ids of the last turns are
 * remembered, ten times as many as turns are kept.
 *
 * <p>When the shared level is away every call answers all the same: what is appended is {@link Appended#PENDING}, what is
 * read comes from the loader and from what waits in this process, and says that it is {@linkplain RecentTurns#degraded()
 * degraded}. No copy of what the shared level held is kept near, so none can be out of date.
 *
 * <p>Under {@link Privacy#NONE} turns stay in this process: at most so many conversations, each for its time to live after
 * its last turn, gone if the process ends, and not seen on other nodes. What the loader gives is passed on and kept
 * nowhere. Every such call deletes what the shared level held of the conversation. Back under {@link Privacy#STORED} they
 * are not read any more.
 *
 * <p>Safe for use by many threads. Calls block for one round trip, at most for the history's timeout each time the shared
 * level is asked, and the loader for its own time.
 */
public interface ConversationHistory {

    /** The name under which it is kept. */
    String name();

    /**
     * Appends a turn, once for each id.
     *
     * @throws IllegalStateException if the memory is closed
     */
    Appended append(SessionKey key, Privacy privacy, Turn turn);

    /**
     * The newest whole turns within a budget, oldest first. A call of a tool may be there without its answer or the other
     * way round, if the limit fell between them; a {@code ContextWindow} leaves out what is not whole.
     *
     * @throws IllegalStateException if the memory is closed
     */
    RecentTurns recent(SessionKey key, Privacy privacy, TurnBudget budget);

    /** All turns that are held, as {@link #recent(SessionKey, Privacy, TurnBudget)}. */
    default RecentTurns recent(SessionKey key, Privacy privacy) {
        return recent(key, privacy, TurnBudget.unlimited());
    }

    /**
     * Puts turns from the store of record in their places before and between those that are held; a history with a loader
     * does so by itself. Counts as read from there at the time of the call: what was cleared between the two comes back.
     *
     * @param turns oldest first; of more than the history keeps, the last are taken
     * @return whether they are there; false under {@link Privacy#NONE}, under which nothing is written, and if the shared
     *     level is away
     */
    boolean writeBack(SessionKey key, Privacy privacy, List<Turn> turns);

    /** Forgets a conversation everywhere, with what waits or is private here. The store of record comes first. */
    Cleared clear(SessionKey key);

    /** What happened so far. */
    HistoryStats stats();
}
