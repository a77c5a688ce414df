package dev.mneme.outbox.model;

import dev.mneme.events.stream.Fence;
import dev.mneme.outbox.model.ModelDatabase.Row;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** A sink with one lane, which loses nothing. Every call is one script. */
final class ModelSink {

    enum Outcome {
        STANDS,
        REJECTED,
        NOT_TRIED
    }

    /** Empty if stale. */
    record Delivered(boolean stale, Map<Long, Outcome> outcomes) {}

    record Asked(boolean stale, Fence held, Set<Long> left) {}

    final Set<Rule> rules;
    final List<Row> stream = new ArrayList<>();
    Fence fence = new Fence(0, 0);
    Set<Long> left = Set.of();

    ModelSink(Set<Rule> rules) {
        this.rules = rules;
    }

    Delivered deliver(Fence with, List<Row> batch, Predicate<Row> rejects) {
        if (isStale(with)) {
            return new Delivered(true, Map.of());
        }
        fence = with;
        Set<Long> now = new HashSet<>();
        Set<Integer> stopped = new HashSet<>();
        Map<Long, Outcome> outcomes = new TreeMap<>();
        for (Row row : batch) {
            Outcome outcome = deliver(row, stopped, rejects);
            outcomes.put(row.id, outcome);
            if (outcome == Outcome.STANDS) {
                now.add(row.id);
            }
        }
        left = rules.contains(Rule.SINK_REMEMBERS_LAST_BATCH) ? now : Set.of();
        return new Delivered(false, outcomes);
    }

    Asked ask(Fence with) {
        if (isStale(with)) {
            return new Asked(true, fence, Set.of());
        }
        fence = with;
        return new Asked(false, with, left);
    }

    private Outcome deliver(Row row, Set<Integer> stopped, Predicate<Row> rejects) {
        if (left.contains(row.id)) {
            return Outcome.STANDS;
        }
        if (stopped.contains(row.key) && rules.contains(Rule.KEY_STOPS_AT_FIRST_ERROR)) {
            return Outcome.NOT_TRIED;
        }
        if (rejects.test(row)) {
            stopped.add(row.key);
            return Outcome.REJECTED;
        }
        stream.add(row);
        return Outcome.STANDS;
    }

    private boolean isStale(Fence with) {
        if (!rules.contains(Rule.SINK_FENCE)) {
            return false;
        }
        return rules.contains(Rule.FENCE_HAS_NUMBER) ? !with.isAbove(fence) : with.epoch() < fence.epoch();
    }
}
