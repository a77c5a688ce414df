package dev.mneme.examples.companion;

import java.util.LinkedHashSet;
import java.util.List;

/**
 * A question about a dialogue, and the turns that a careful reader would answer it from.
 *
 * @param evidence ids of those turns, each once; an id that no turn has is kept, and simply never found
 * @param category 1 needs several turns, 2 is about time, 3 is open, 4 needs one turn, 5 has no answer in the dialogue
 */
public record Question(String text, List<String> evidence, int category) {

    public Question {
        evidence = List.copyOf(new LinkedHashSet<>(evidence));
    }

    /** Whether recall can be measured by it: it has an answer, and evidence for it. */
    public boolean isJudged() {
        return category >= 1 && category <= 4 && !evidence.isEmpty();
    }
}
