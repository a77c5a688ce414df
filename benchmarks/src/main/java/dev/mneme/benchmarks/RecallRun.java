package dev.mneme.benchmarks;

import dev.mneme.examples.companion.Dialogue;
import dev.mneme.examples.companion.DialogueFile;
import dev.mneme.examples.companion.Turn;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.HashingEmbedder;
import dev.mneme.memory.context.JudgedQuestion;
import dev.mneme.memory.context.RecallReport;
import dev.mneme.memory.context.RetrievalProfile;
import dev.mneme.memory.context.RetrievalProfile.Part;
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
 * How much of the evidence for a question is among the first hits, on judged conversations: the profiles and their legs
 * alone, the profile for conversations without each of its parts, its weights chosen with one dialogue left out, and Lucene's
 * own BM25 with its EnglishAnalyzer in the same run. Writes a table beside the raw result.
 *
 * <pre>
 * java -cp "benchmarks/target/*:benchmarks/target/lib/*" dev.mneme.benchmarks.RecallRun FILE benchmarks/results/recall.json
 * </pre>
 *
 * <p>FILE is in the LoCoMo layout, or the word {@code sample} for the bundled one. One agent a dialogue, one record a turn; the
 * questions are those of categories 1 to 4 that have evidence; recall@k is the mean over them of the share of the evidence
 * among the first k hits. Takes some minutes; without the second argument the weights are not chosen.
 */
final class RecallRun {

    static final String DEFAULT = "default";
    static final String PEER = "Lucene BM25, EnglishAnalyzer";

    /** LoCoMo's numbers for kinds of questions. */
    private static final Map<Integer, String> CATEGORIES =
            Map.of(1, "multi-hop", 2, "temporal", 3, "open-domain", 4, "single-hop");

    private final DialogueFile file;

    private RecallRun(DialogueFile file) {
        this.file = file;
    }

    public static void main(String[] args) throws IOException {
        DialogueFile file = args.length == 0 || args[0].equals("sample")
                ? DialogueFile.bundled()
                : DialogueFile.read(Path.of(args[0]));
        var run = new RecallRun(file);
        Map<String, RecallReport> reports = run.reports();
        double peer = run.peer();
        String table = run.table(reports, peer);
        System.out.print(table);
        if (args.length > 1) {
            var result = new LinkedHashMap<String, Object>();
            result.put("data", file.name());
            result.put("dialogues", file.dialogues().size());
            result.put("turns", file.turns());
            result.put("questions", file.judged());
            result.put("jdk", Runtime.version().toString());
            var rows = new LinkedHashMap<String, Object>();
            reports.forEach((name, report) -> rows.put(name, report.rows()));
            result.put("rows", rows);
            result.put("peer recall@10", peer);
            result.put("one dialogue left out", run.leaveOneOut());
            Path json = Path.of(args[1]);
            Files.writeString(
                    json,
                    JsonMapper.builder()
                                    .build()
                                    .writerWithDefaultPrettyPrinter()
                                    .writeValueAsString(result) + "\n");
            Files.writeString(Path.of(args[1].replaceAll("\\.json$", "") + ".md"), table);
        }
    }

    static Map<String, RecallReport> run(DialogueFile file) throws IOException {
        return new RecallRun(file).reports();
    }

    static double peer(DialogueFile file) throws IOException {
        return new RecallRun(file).peer();
    }

    /** One report a way of asking. */
    private Map<String, RecallReport> reports() throws IOException {
        Map<String, UnaryOperator<ContextQuery>> ways = new LinkedHashMap<>();
        ways.put(DEFAULT, query -> query);
        ways.put("text leg alone", query -> query.weights(1, 0));
        ways.put("dense leg alone", query -> query.weights(0, 1));
        ways.put("dense leg at 0.25", query -> query.weights(1, 0.25));
        ways.put("dense leg at 0.5", query -> query.weights(1, 0.5));
        ways.put("both legs alike", query -> query.weights(1, 1));
        for (Part part : Part.values()) {
            ways.put(
                    "without " + part.name().toLowerCase(Locale.ROOT),
                    query -> query.profile(RetrievalProfile.CONVERSATION.without(part)));
        }
        for (double diversity : new double[] {0.1, 0.2, 0.3}) {
            ways.put("diversity " + diversity, query -> query.diversity(diversity));
        }
        RetrievalProfile plain = RetrievalProfile.DOCUMENTS;
        ways.put("documents", query -> query.profile(plain));
        ways.put("documents, text leg alone", query -> query.profile(plain).weights(1, 0));
        ways.put("documents, dense leg alone", query -> query.profile(plain).weights(0, 1));
        ways.put("documents, dense leg at 0.25", query -> query.profile(plain).weights(1, 0.25));
        ways.put("documents, dense leg at 0.5", query -> query.profile(plain).weights(1, 0.5));
        ways.put("documents, both legs alike", query -> query.profile(plain).weights(1, 1));
        Map<String, RecallReport> reports = new LinkedHashMap<>();
        try (LuceneContextStore store = filled()) {
            ways.forEach((name, way) -> reports.put(name, report(store, file.dialogues(), name, way)));
        }
        return reports;
    }

    private LuceneContextStore filled() throws IOException {
        LuceneContextStore store =
                LuceneContextStore.open(Files.createTempDirectory("recall"), HashingEmbedder.ofDimensions(384));
        for (Dialogue dialogue : file.dialogues()) {
            store.agent(dialogue.agent()).addAll(dialogue.interactions());
        }
        return store;
    }

    private static RecallReport report(
            LuceneContextStore store, List<Dialogue> dialogues, String name, UnaryOperator<ContextQuery> way) {
        RecallReport.Builder builder = RecallReport.builder().way(name, way);
        for (Dialogue dialogue : dialogues) {
            builder.judge(store.agent(dialogue.agent()), judged(dialogue));
        }
        return builder.build();
    }

    private static List<JudgedQuestion> judged(Dialogue dialogue) {
        return dialogue.judged().stream()
                .map(question -> new JudgedQuestion(
                        question.text(), question.evidence(), CATEGORIES.getOrDefault(question.category(), "")))
                .toList();
    }

    /** Chooses weights by all dialogues but one, and judges them by that one, for each in turn. */
    private Map<String, Object> leaveOneOut() throws IOException {
        List<RetrievalProfile> grid = grid();
        var recall = new double[grid.size()][file.dialogues().size()];
        try (LuceneContextStore store = filled()) {
            for (int i = 0; i < grid.size(); i++) {
                for (int d = 0; d < recall[i].length; d++) {
                    RetrievalProfile profile = grid.get(i);
                    recall[i][d] = report(
                                    store, List.of(file.dialogues().get(d)), "grid", query -> query.profile(profile))
                            .row("grid")
                            .recallAt10();
                }
            }
        }
        double sum = 0;
        int questions = 0;
        var chosen = new ArrayList<String>();
        for (int out = 0; out < file.dialogues().size(); out++) {
            int best = bestWithout(out, recall);
            int count = file.dialogues().get(out).judged().size();
            sum += recall[best][out] * count;
            questions += count;
            chosen.add(grid.get(best).toString());
        }
        var result = new LinkedHashMap<String, Object>();
        result.put("profiles tried", grid.size());
        result.put("recall@10", sum / questions);
        result.put("chosen", chosen);
        return result;
    }

    private static List<RetrievalProfile> grid() {
        var grid = new ArrayList<RetrievalProfile>();
        for (double neighbours : new double[] {0.7, 1, 1.4}) {
            for (double speaker : new double[] {0.4, 0.7, 1}) {
                for (double dates : new double[] {0.5, 1}) {
                    for (double words : new double[] {0.3, 0.6}) {
                        grid.add(RetrievalProfile.CONVERSATION
                                .with(Part.NEIGHBOURS, neighbours)
                                .with(Part.SPEAKER, speaker)
                                .with(Part.DATES, dates)
                                .with(Part.SYNONYMS, words)
                                .with(Part.KINDS, words * 2 / 3));
                    }
                }
            }
        }
        return grid;
    }

    private int bestWithout(int out, double[][] recall) {
        int best = 0;
        double most = -1;
        for (int i = 0; i < recall.length; i++) {
            double sum = 0;
            for (int d = 0; d < recall[i].length; d++) {
                sum += d == out
                        ? 0
                        : recall[i][d] * file.dialogues().get(d).judged().size();
            }
            if (sum > most) {
                most = sum;
                best = i;
            }
        }
        return best;
    }

    /** What the peer finds among the first ten. */
    private double peer() throws IOException {
        double sum = 0;
        int questions = 0;
        try (var peer = new LuceneBm25()) {
            for (Dialogue dialogue : file.dialogues()) {
                for (Turn turn : dialogue.turns()) {
                    peer.add(dialogue.id(), turn.id(), turn.speaker() + ": " + turn.text());
                }
            }
            for (Dialogue dialogue : file.dialogues()) {
                for (JudgedQuestion question : judged(dialogue)) {
                    List<String> found = peer.find(dialogue.id(), question.text(), 10);
                    long hits =
                            question.evidence().stream().filter(found::contains).count();
                    sum += (double) hits / question.evidence().size();
                    questions++;
                }
            }
        }
        return sum / questions;
    }

    private String table(Map<String, RecallReport> reports, double peer) {
        var table = new StringBuilder("| " + file.name() + " | @5 | @10 | @20 | nDCG@10 | MRR");
        List<String> categories = CATEGORIES.values().stream().sorted().toList();
        categories.forEach(category -> table.append(" | ").append(category).append(" @10"));
        table.append(" |\n|---|").append("---|".repeat(5 + categories.size())).append('\n');
        reports.forEach((name, report) -> {
            RecallReport.Row all = report.row(name);
            table.append("| ").append(name);
            cell(table, all.recallAt5());
            cell(table, all.recallAt10());
            cell(table, all.recallAt20());
            cell(table, all.ndcgAt10());
            cell(table, all.reciprocalRank());
            for (String category : categories) {
                cell(
                        table,
                        report.rows().stream()
                                .filter(row -> row.category().equals(category))
                                .mapToDouble(RecallReport.Row::recallAt10)
                                .findFirst()
                                .orElse(Double.NaN));
            }
            table.append(" |\n");
        });
        table.append("| ").append(PEER).append(" |");
        cell(table, peer);
        return table.append(" |".repeat(4 + categories.size())).append('\n').toString();
    }

    private static void cell(StringBuilder table, double value) {
        table.append(" | ").append(String.format(Locale.ROOT, "%.3f", value));
    }
}
