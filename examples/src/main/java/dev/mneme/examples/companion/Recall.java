package dev.mneme.examples.companion;

import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import java.util.List;

/**
 * How well and how fast a memory finds the evidence for the questions about a dialogue.
 *
 * @param dialogue the id of the dialogue
 * @param turns how many turns the memory holds
 * @param answers one for each judged question, in their order
 */
public record Recall(String dialogue, long turns, List<Answer> answers) {

    /** How many hits each question asks for: the deepest recall that can be told. */
    public static final int DEPTH = 20;

    public Recall {
        answers = List.copyOf(answers);
    }

    /** Asks all judged questions twice, one after the other; the first round warms up, the second is measured. */
    public static Recall evaluate(AgentContext memory, Dialogue dialogue) {
        answers(memory, dialogue);
        return new Recall(dialogue.id(), memory.count(), answers(memory, dialogue));
    }

    private static List<Answer> answers(AgentContext memory, Dialogue dialogue) {
        return dialogue.judged().stream()
                .map(question -> answer(memory, question))
                .toList();
    }

    private static Answer answer(AgentContext memory, Question question) {
        ContextQuery query = ContextQuery.text(question.text()).limit(DEPTH);
        long start = System.nanoTime();
        List<String> found = memory.search(query).ids();
        return new Answer(question, found, System.nanoTime() - start);
    }

    /** The figures of all questions together, each question counting the same. */
    public static Recall all(List<Recall> parts) {
        long turns = parts.stream().mapToLong(Recall::turns).sum();
        return new Recall(
                "ALL",
                turns,
                parts.stream().flatMap(part -> part.answers.stream()).toList());
    }

    /** How many questions have the very same hits, in the same order, in another round of the same questions. */
    public int sameHits(Recall other) {
        int same = 0;
        for (int i = 0; i < Math.min(answers.size(), other.answers.size()); i++) {
            same += answers.get(i).found().equals(other.answers.get(i).found()) ? 1 : 0;
        }
        return same;
    }

    /**
     * Recall@k: the mean over the questions of the share of their evidence among the first {@code k} hits.
     *
     * @param k from 1 to {@value #DEPTH}
     * @return from 0 to 1; NaN if there are no questions
     * @throws IllegalArgumentException if {@code k} is out of range
     */
    public double at(int k) {
        if (k < 1 || k > DEPTH) {
            throw new IllegalArgumentException("k must be from 1 to " + DEPTH + ", was " + k);
        }
        return answers.stream()
                .mapToDouble(answer -> answer.recallAt(k))
                .average()
                .orElse(Double.NaN);
    }

    /**
     * The time within which a share of the searches was done, in milliseconds (nearest rank).
     *
     * @param share above 0, up to 1; 0.95 gives the 95th percentile
     * @return NaN if there are no questions
     * @throws IllegalArgumentException if the share is out of range
     */
    public double searchMillis(double share) {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("share must be above 0 and at most 1, was " + share);
        }
        long[] sorted = answers.stream().mapToLong(Answer::nanos).sorted().toArray();
        return sorted.length == 0 ? Double.NaN : sorted[(int) Math.ceil(share * sorted.length) - 1] / 1e6;
    }
}
