package dev.mneme.memory.history;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/** The turns of one conversation in this process, and the ids it remembers. Changed by one thread at a time. */
final class Conversation {

    private final int maxTurns;
    private final int maxIds;
    private final LinkedHashSet<String> ids = new LinkedHashSet<>();
    private volatile List<Turn> turns = List.of();

    Conversation(int maxTurns, int maxIds) {
        this.maxTurns = maxTurns;
        this.maxIds = maxIds;
    }

    /** As they are now, whoever changes them next. */
    List<Turn> turns() {
        return turns;
    }

    /** False if its id is known, in which case nothing changes. */
    boolean append(Turn turn) {
        if (!remember(turn)) {
            return false;
        }
        var longer = new ArrayList<>(turns);
        longer.add(turn);
        turns = List.copyOf(Turns.last(longer, maxTurns));
        return true;
    }

    void merge(List<Turn> loaded) {
        loaded.forEach(this::remember);
        turns = List.copyOf(Turns.last(Turns.merge(loaded, turns), maxTurns));
    }

    private boolean remember(Turn turn) {
        if (!ids.add(turn.id())) {
            return false;
        }
        if (ids.size() > maxIds) {
            var oldest = ids.iterator();
            oldest.next();
            oldest.remove();
        }
        return true;
    }
}
