package dev.mneme.memory.context;

import java.util.LinkedHashSet;
import java.util.List;

/**
 * A question, and the records from which somebody who knows them all would answer it.
 *
 * @param text as it is asked of a memory
 * @param evidence the ids of those records, each once; at least one
 * @param category a kind of question that is told apart in a {@link RecallReport}; empty for none
 */
public record JudgedQuestion(String text, List<String> evidence, String category) {

    /**
     * @throws IllegalArgumentException if there is no evidence, or {@link ContextQuery#text} refuses the text
     */
    public JudgedQuestion {
        evidence = List.copyOf(new LinkedHashSet<>(evidence));
        if (evidence.isEmpty()) {
            throw new IllegalArgumentException("a judged question must have evidence, had none");
        }
        ContextQuery.text(text);
    }

    /** A question of no category. */
    public static JudgedQuestion of(String text, List<String> evidence) {
        return new JudgedQuestion(text, evidence, "");
    }

    /** The evidence and the category only: the text is the user's, and must not reach a log by this way. */
    @Override
    public String toString() {
        return "JudgedQuestion[evidence=" + evidence + ", category=" + category + "]";
    }
}
