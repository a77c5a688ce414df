package dev.mneme.memory.context;

import dev.mneme.memory.history.Turn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * Turns that are taken together or not at all: one turn, or all from a call of a tool to the last answer to it.
 *
 * @param turns oldest first
 * @param paired whether every call in it is answered in it, and every answer follows its call
 */
record TurnUnit(List<Turn> turns, boolean paired) {

    /** The turns as units, in their order; an id of a call that is used again belongs to the last use before the answer. */
    static List<TurnUnit> of(List<Turn> turns) {
        int[] last = new int[turns.size()];
        Map<String, Integer> calls = new HashMap<>();
        for (int i = 0; i < turns.size(); i++) {
            last[i] = i;
            int here = i;
            turns.get(i).toolCalls().forEach(call -> calls.put(call, here));
            Integer call = turns.get(i).toolResultOf().map(calls::get).orElse(null);
            if (call != null) {
                last[call] = i;
            }
        }
        var units = new ArrayList<TurnUnit>();
        int from = 0;
        while (from < turns.size()) {
            int to = last[from];
            for (int i = from; i <= to; i++) {
                to = Math.max(to, last[i]);
            }
            List<Turn> unit = turns.subList(from, to + 1);
            units.add(new TurnUnit(unit, isPaired(unit)));
            from = to + 1;
        }
        return units;
    }

    private static boolean isPaired(List<Turn> unit) {
        var open = new HashSet<String>();
        var called = new HashSet<String>();
        for (Turn turn : unit) {
            open.addAll(turn.toolCalls());
            called.addAll(turn.toolCalls());
            if (turn.toolResultOf().isPresent()) {
                String call = turn.toolResultOf().get();
                if (!called.contains(call)) {
                    return false;
                }
                open.remove(call);
            }
        }
        return open.isEmpty();
    }
}
