package dev.mneme.memory.history;

import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.memory.history.spi.TurnStore.Deleted;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** The turns under {@code Privacy.NONE}, which are in this process and nowhere else. */
final class PrivateTurns {

    /** Changed under the lock that its map has for its key. */
    static final class State {

        final Conversation conversation;
        private String cleared = "";
        private String erased = "";

        State(Conversation conversation) {
            this.conversation = conversation;
        }
    }

    private final Conversations<State> states;

    PrivateTurns(Conversations<State> states) {
        this.states = states;
    }

    /**
     * @param deleted what the shared level said just before
     * @return false if its id is known
     */
    boolean append(SessionKey key, Turn turn, Deleted deleted) {
        var added = new AtomicBoolean();
        states.change(key, state -> {
            added.set(state.conversation.append(turn));
            state.cleared = known(deleted.cleared(), state.cleared);
            state.erased = known(deleted.erased(), state.erased);
        });
        return added.get();
    }

    /** Lets go of what somebody cleared or erased on another node since. */
    void heed(SessionKey key, Deleted deleted) {
        State state = states.find(key);
        if (state != null && (changed(deleted.cleared(), state.cleared) || changed(deleted.erased(), state.erased))) {
            states.remove(key);
        }
    }

    /** A shared level that lost its names has not been cleared by that. */
    private static boolean changed(String now, String then) {
        return !now.isEmpty() && !now.equals(then);
    }

    private static String known(String now, String then) {
        return now.isEmpty() ? then : now;
    }

    List<Turn> turns(SessionKey key) {
        State state = states.find(key);
        return state == null ? List.of() : state.conversation.turns();
    }

    int remove(SessionKey key) {
        State state = states.remove(key);
        return state == null ? 0 : state.conversation.turns().size();
    }

    long erase(Tenant tenant) {
        var turns = new AtomicLong();
        states.removeAll(
                tenant, state -> turns.addAndGet(state.conversation.turns().size()));
        return turns.get();
    }

    long count() {
        return states.count();
    }
}
