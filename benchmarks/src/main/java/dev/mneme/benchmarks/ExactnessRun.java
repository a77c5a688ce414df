package dev.mneme.benchmarks;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.RetrievalProfile;
import dev.mneme.memory.lucene.DenseSearch;
import dev.mneme.memory.lucene.LuceneContextStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Whether the dense leg finds the true nearest records: recall@10 against a plain comparison in double precision, over 200
 * questions.
 *
 * <pre>
 * java -cp "benchmarks/target/*:benchmarks/target/lib/*" dev.mneme.benchmarks.ExactnessRun benchmarks/results/exactness.txt
 * </pre>
 */
final class ExactnessRun {

    private static final int QUESTIONS = 200;
    private static final int TOP = 10;

    private ExactnessRun() {}

    public static void main(String[] args) throws IOException {
        var lines = new StringBuilder();
        for (int[] size : new int[][] {{10_000, 384}, {10_000, 768}, {100_000, 384}, {100_000, 768}}) {
            for (DenseSearch dense : DenseSearch.values()) {
                lines.append(String.format(
                        Locale.ROOT,
                        "%d x %d, %s: dense recall@10 %.4f%n",
                        size[0],
                        size[1],
                        dense,
                        recall(size[0], size[1], dense)));
            }
        }
        System.out.print(lines);
        if (args.length > 0) {
            Files.writeString(Path.of(args[0]), lines);
        }
    }

    static double recall(int records, int dimensions) throws IOException {
        return recall(records, dimensions, DenseSearch.EXACT);
    }

    static double recall(int records, int dimensions, DenseSearch dense) throws IOException {
        List<Interaction> turns = new SyntheticTurns(dimensions).turns(0, records);
        var vectors = new float[records][];
        Path folder = Files.createTempDirectory("exactness");
        try (var store = LuceneContextStore.builder(folder, new ReadyMade(dimensions))
                .denseSearch(dense)
                .open()) {
            AgentContext agent = store.agent(AgentKey.of("bench", "one"));
            for (int from = 0; from < records; from += AgentContext.MAX_BATCH) {
                agent.addAll(turns.subList(from, Math.min(from + AgentContext.MAX_BATCH, records)));
            }
            for (int i = 0; i < records; i++) {
                vectors[i] = turns.get(i).vector().orElseThrow();
            }
            var questions = new SyntheticTurns(dimensions);
            int found = 0;
            for (int i = 0; i < QUESTIONS; i++) {
                float[] question = questions.questionVector(i);
                // each record by itself: a profile of conversations would bring in the turns around it
                List<String> ids = agent.search(ContextQuery.vector(question)
                                .profile(RetrievalProfile.DOCUMENTS)
                                .limit(TOP))
                        .ids();
                found += (int) nearest(question, vectors).stream()
                        .filter(near -> ids.contains("turn-" + near))
                        .count();
            }
            return (double) found / (QUESTIONS * TOP);
        }
    }

    private static List<Integer> nearest(float[] question, float[][] vectors) {
        var cosines = IntStream.range(0, vectors.length)
                .mapToDouble(i -> cosine(question, vectors[i]))
                .toArray();
        return IntStream.range(0, vectors.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> cosines[i]).reversed())
                .limit(TOP)
                .toList();
    }

    private static double cosine(float[] one, float[] other) {
        double dot = 0;
        double ones = 0;
        double others = 0;
        for (int i = 0; i < one.length; i++) {
            dot += (double) one[i] * other[i];
            ones += (double) one[i] * one[i];
            others += (double) other[i] * other[i];
        }
        return dot / Math.sqrt(ones * others);
    }
}
