package dev.mneme.memory.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Lists of turns: what is newest, and how two that know of each other's turns become one. */
final class Turns {

    private Turns() {}

    /** The newest that fit, in their order; ends at the first that does not. */
    static List<Turn> newest(List<Turn> turns, TurnBudget budget, TokenCounter counter) {
        int from = turns.size();
        long tokens = 0;
        while (from > 0 && turns.size() - from < budget.messages()) {
            if (budget.tokens() < Integer.MAX_VALUE) {
                tokens += tokens(turns.get(from - 1), counter);
                if (tokens > budget.tokens()) {
                    break;
                }
            }
            from--;
        }
        return turns.subList(from, turns.size());
    }

    static int tokens(Turn turn, TokenCounter counter) {
        return turn.tokens().orElseGet(() -> counter.count(turn.text()));
    }

    static List<Turn> last(List<Turn> turns, int most) {
        return turns.size() <= most ? turns : turns.subList(turns.size() - most, turns.size());
    }

    /** Each id once, at its first place; no more than the last so many. */
    static List<Turn> distinct(List<Turn> turns, int most) {
        var byId = new LinkedHashMap<String, Turn>();
        turns.forEach(turn -> byId.putIfAbsent(turn.id(), turn));
        return last(List.copyOf(byId.values()), most);
    }

    /**
     * Puts loaded turns in their places among those held. The order of those held never changes, and they are what is
     * taken where both have one. A loaded turn that is not held stands before the next loaded one that is; those after the
     * last such stand right behind it, and before all that is held if there is none.
     */
    static List<Turn> merge(List<Turn> loaded, List<Turn> held) {
        Map<String, Integer> places = new HashMap<>();
        for (int i = 0; i < loaded.size(); i++) {
            places.putIfAbsent(loaded.get(i).id(), i);
        }
        var ids = new HashSet<String>();
        int anchor = -1;
        for (int i = 0; i < held.size(); i++) {
            ids.add(held.get(i).id());
            if (places.containsKey(held.get(i).id())) {
                anchor = i;
            }
        }
        var merged = new ArrayList<Turn>(loaded.size() + held.size());
        int next = anchor < 0 ? addNew(merged, loaded, 0, loaded.size(), ids) : 0;
        for (int i = 0; i < held.size(); i++) {
            Integer place = places.get(held.get(i).id());
            if (place != null) {
                next = addNew(merged, loaded, next, place, ids);
            }
            merged.add(held.get(i));
            if (i == anchor) {
                next = addNew(merged, loaded, next, loaded.size(), ids);
            }
        }
        return merged;
    }

    private static int addNew(List<Turn> merged, List<Turn> loaded, int from, int to, Set<String> held) {
        for (int i = from; i < to; i++) {
            if (!held.contains(loaded.get(i).id())) {
                merged.add(loaded.get(i));
            }
        }
        return Math.max(from, to);
    }
}
