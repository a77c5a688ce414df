package dev.mneme.benchmarks;

import dev.mneme.examples.companion.Dialogue;
import dev.mneme.examples.companion.DialogueFile;
import dev.mneme.examples.companion.Question;
import dev.mneme.examples.companion.Turn;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.HashingEmbedder;
import dev.mneme.memory.lucene.LuceneContextStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import tools.jackson.databind.json.JsonMapper;

/**
 * How much of the evidence for a question is among the first hits, on judged conversations: the store's default, its legs
 * alone, and Lucene's own BM25 with its EnglishAnalyzer in the same run.
 *
 * <pre>
 * java -cp "benchmarks/target/*:benchmarks/target/lib/*" dev.mneme.benchmarks.RecallRun FILE benchmarks/results/recall.json
 * </pre>
 *
 * <p>FILE is in the LoCoMo layout, or the word {@code sample} for the bundled one. One agent a dialogue, one record a turn; the
 * questions are those of categories 1 to 4 that have evidence; recall@k is the mean over them of the share of the evidence
 * among the first k hits.
 */
final class RecallRun {

    private static final int[] DEPTHS = {5, 10, 20};

    private RecallRun() {}

    /** Finds the ids for a question in a dialogue's memory, best first. */
    interface Finder {
        List<String> find(Dialogue dialogue, String question) throws IOException;
    }

    public static void main(String[] args) throws IOException {
        DialogueFile file = args.length == 0 || args[0].equals("sample")
                ? DialogueFile.bundled()
                : DialogueFile.read(Path.of(args[0]));
        Map<String, Map<String, Double>> rows = run(file);
        System.out.printf("%-40s %9s %9s %9s%n", file.name(), "recall@5", "recall@10", "recall@20");
        rows.forEach((name, row) -> System.out.printf(
                Locale.ROOT, "%-40s %9.3f %9.3f %9.3f%n", name, row.get("@5"), row.get("@10"), row.get("@20")));
        if (args.length > 1) {
            var result = new LinkedHashMap<String, Object>();
            result.put("data", file.name());
            result.put("dialogues", file.dialogues().size());
            result.put("turns", file.turns());
            result.put("questions", file.judged());
            result.put("jdk", Runtime.version().toString());
            result.put("recall", rows);
            Files.writeString(
                    Path.of(args[1]),
                    JsonMapper.builder()
                                    .build()
                                    .writerWithDefaultPrettyPrinter()
                                    .writeValueAsString(result) + "\n");
        }
    }

    static Map<String, Map<String, Double>> run(DialogueFile file) throws IOException {
        Path folder = Files.createTempDirectory("recall");
        var rows = new LinkedHashMap<String, Map<String, Double>>();
        try (var store = LuceneContextStore.open(folder, HashingEmbedder.ofDimensions(384))) {
            for (Dialogue dialogue : file.dialogues()) {
                store.agent(dialogue.agent()).addAll(dialogue.interactions());
            }
            rows.put("default (hashing embedder, 384)", row(file, by(store, query -> query)));
            rows.put("text leg alone", row(file, by(store, query -> query.weights(1, 0))));
            rows.put("dense leg alone", row(file, by(store, query -> query.weights(0, 1))));
            rows.put("both legs alike", row(file, by(store, query -> query.weights(1, 1))));
        }
        try (var peer = new LuceneBm25()) {
            for (Dialogue dialogue : file.dialogues()) {
                for (Turn turn : dialogue.turns()) {
                    peer.add(dialogue.id(), turn.id(), turn.speaker() + ": " + turn.text());
                }
            }
            rows.put(
                    "Lucene 9.12 BM25, EnglishAnalyzer",
                    row(file, (dialogue, question) -> peer.find(dialogue.id(), question, DEPTHS[DEPTHS.length - 1])));
        }
        return rows;
    }

    private static Finder by(LuceneContextStore store, UnaryOperator<ContextQuery> change) {
        return (dialogue, question) -> {
            AgentContext agent = store.agent(dialogue.agent());
            return agent.search(change.apply(ContextQuery.text(question).limit(DEPTHS[DEPTHS.length - 1])))
                    .ids();
        };
    }

    private static Map<String, Double> row(DialogueFile file, Finder finder) throws IOException {
        var sums = new double[DEPTHS.length];
        int questions = 0;
        for (Dialogue dialogue : file.dialogues()) {
            for (Question question : dialogue.judged()) {
                var evidence =
                        new ArrayList<>(question.evidence().stream().distinct().toList());
                List<String> found = finder.find(dialogue, question.text());
                for (int i = 0; i < DEPTHS.length; i++) {
                    List<String> top = found.subList(0, Math.min(DEPTHS[i], found.size()));
                    sums[i] += (double) evidence.stream().filter(top::contains).count() / evidence.size();
                }
                questions++;
            }
        }
        var row = new LinkedHashMap<String, Double>();
        for (int i = 0; i < DEPTHS.length; i++) {
            row.put("@" + DEPTHS[i], Math.round(sums[i] / questions * 10_000) / 10_000.0);
        }
        return row;
    }
}
