package dev.mneme.examples.companion;

import java.util.List;
import java.util.OptionalInt;

/**
 * What a memory found for a question.
 *
 * @param found ids of the turns found, best first
 * @param nanos how long the search took
 */
public record Answer(Question question, List<String> found, long nanos) {

    public Answer {
        found = List.copyOf(found);
    }

    /** The place, from 1, of the first hit that is evidence; empty if none is. */
    public OptionalInt firstEvidence() {
        for (int i = 0; i < found.size(); i++) {
            if (question.evidence().contains(found.get(i))) {
                return OptionalInt.of(i + 1);
            }
        }
        return OptionalInt.empty();
    }

    /** The share of the question's evidence that is among the first {@code k} found; from 0 to 1. */
    public double recallAt(int k) {
        List<String> top = found.subList(0, Math.min(k, found.size()));
        long hits = question.evidence().stream().filter(top::contains).count();
        return (double) hits / question.evidence().size();
    }
}
