package dev.mneme.benchmarks;

import static dev.mneme.memory.context.Fields.meta;
import static dev.mneme.memory.context.Fields.type;

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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.lucene.util.IOUtils;
import tools.jackson.databind.json.JsonMapper;

/**
 * How the embedded store grows, one agent, one thread: ingest, time to load, search, heap and disk at each size; and beside
 * it, for the sizes up to 100,000, what people use instead, with the same records and questions in the same run.
 *
 * <pre>
 * java -Xmx8g -cp "benchmarks/target/*:benchmarks/target/lib/*" dev.mneme.benchmarks.GrowthRun benchmarks/results/growth.json
 * </pre>
 *
 * <p>Sizes may follow, as {@code 1000x384 10000x384}; a size with {@code +} behind it is run with the peers too. Heap is what
 * is used after a collection less what was before. Recall is the share of the ten nearest, by {@link DenseSearch#EXACT}.
 */
final class GrowthRun {

    private static final List<String> SIZES =
            List.of("1000x384+", "10000x384+", "100000x384+", "100000x768", "1000000x384");
    private static final int QUESTIONS = 200;
    private static final int BATCH = 1_000;
    private static final AgentKey KEY = AgentKey.of("bench", "one");

    private GrowthRun() {}

    /** One search. */
    private interface Asking {
        List<String> ids(int question) throws IOException;
    }

    public static void main(String[] args) throws IOException {
        List<String> sizes = args.length > 1 ? Arrays.asList(args).subList(1, args.length) : SIZES;
        var rows = new ArrayList<Map<String, Object>>();
        for (String size : sizes) {
            String[] parts = size.replace("+", "").split("x", -1);
            rows.addAll(run(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), size.endsWith("+")));
        }
        if (args.length > 0) {
            var result = new LinkedHashMap<String, Object>();
            result.put("jdk", Runtime.version().toString());
            result.put("questions", QUESTIONS);
            result.put("rows", rows);
            Files.writeString(
                    Path.of(args[0]),
                    JsonMapper.builder()
                                    .build()
                                    .writerWithDefaultPrettyPrinter()
                                    .writeValueAsString(result) + "\n");
        }
    }

    static List<Map<String, Object>> run(int records, int dimensions, boolean withPeers) throws IOException {
        var turns = new SyntheticTurns(dimensions);
        var rows = new ArrayList<Map<String, Object>>();
        Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("benchmarks/target")), "growth");
        try {
            List<List<String>> truth = ours(records, dimensions, turns, folder.resolve("ours"), rows);
            if (withPeers) {
                try (Peer hnsw = new HnswPeer(folder.resolve("hnsw"))) {
                    rows.add(peer(hnsw, records, dimensions, turns, truth));
                }
                try (Peer langChain = new LangChainPeer()) {
                    rows.add(peer(langChain, records, dimensions, turns, truth));
                }
                try (Peer spring = new SpringPeer(dimensions)) {
                    rows.add(peer(spring, records, dimensions, turns, truth));
                }
            }
        } finally {
            IOUtils.rm(folder);
        }
        return rows;
    }

    /** Measures our store; returns the true nearest of each question. */
    private static List<List<String>> ours(
            int records, int dimensions, SyntheticTurns turns, Path folder, List<Map<String, Object>> rows)
            throws IOException {
        Map<String, Object> row = row("Mneme", records, dimensions);
        row.put("records_a_second", Math.round(records / fillOurs(records, dimensions, turns, folder)));
        long heap = usedHeap();
        long start = System.nanoTime();
        try (var store = LuceneContextStore.open(folder, new ReadyMade(dimensions))) {
            row.put("open_ms", millis(start));
            AgentContext agent = store.agent(KEY);
            start = System.nanoTime();
            agent.count();
            row.put("load_ms", millis(start));
            row.put("heap_mb", (usedHeap() - heap) >> 20);
            row.put("disk_mb", bytes(folder) >> 20);
            for (int i = 0; i < 2; i++) { // the first time to warm up
                row.put(
                        "words_and_vector",
                        times(q -> agent.search(both(turns, q)).ids()));
                row.put(
                        "words",
                        times(q -> agent.search(
                                        ContextQuery.text(turns.question(q)).weights(1, 0))
                                .ids()));
                row.put("vector", times(q -> agent.search(nearest(turns, q)).ids()));
                row.put(
                        "words_and_vector_as_documents",
                        times(q -> agent.search(both(turns, q).profile(RetrievalProfile.DOCUMENTS))
                                .ids()));
                row.put(
                        "filtered_to_a_tenth",
                        times(q -> agent.search(both(turns, q).where(type().is("tool_call")))
                                .ids()));
                row.put(
                        "filtered_to_a_hundredth",
                        times(q -> agent.search(
                                        both(turns, q).where(meta("hundredth").is(true)))
                                .ids()));
            }
            List<List<String>> found =
                    answers(q -> agent.search(nearest(turns, q)).ids());
            rows.add(row);
            store.close();
            return exact(records, dimensions, turns, folder, found, row, rows);
        }
    }

    private static List<List<String>> exact(
            int records,
            int dimensions,
            SyntheticTurns turns,
            Path folder,
            List<List<String>> found,
            Map<String, Object> quantised,
            List<Map<String, Object>> rows)
            throws IOException {
        Map<String, Object> row = row("Mneme, DenseSearch.EXACT", records, dimensions);
        try (var store = LuceneContextStore.builder(folder, new ReadyMade(dimensions))
                .denseSearch(DenseSearch.EXACT)
                .open()) {
            AgentContext agent = store.agent(KEY);
            List<List<String>> truth =
                    answers(q -> agent.search(nearest(turns, q)).ids());
            row.put("vector", times(q -> agent.search(nearest(turns, q)).ids()));
            quantised.put("recall_at_10", recall(found, truth));
            System.out.println(quantised);
            System.out.println(row);
            rows.add(row);
            return truth;
        }
    }

    private static Map<String, Object> peer(
            Peer peer, int records, int dimensions, SyntheticTurns turns, List<List<String>> truth) throws IOException {
        Map<String, Object> row = row(peer.name(), records, dimensions);
        long heap = usedHeap();
        double seconds = fill(records, turns, peer::add);
        // a graph is made when it is first looked at
        long start = System.nanoTime();
        peer.nearest(turns.questionVector(0));
        row.put("records_a_second", Math.round(records / (seconds + (System.nanoTime() - start) / 1e9)));
        row.put("heap_mb", (usedHeap() - heap) >> 20);
        row.put("recall_at_10", recall(answers(q -> peer.nearest(turns.questionVector(q))), truth));
        row.put("vector", times(q -> peer.nearest(turns.questionVector(q))));
        System.out.println(row);
        return row;
    }

    /** In a method of its own: an interpreted frame would hold the closed store, and heap be counted too low. */
    private static double fillOurs(int records, int dimensions, SyntheticTurns turns, Path folder) throws IOException {
        try (var store = LuceneContextStore.open(folder, new ReadyMade(dimensions))) {
            AgentContext agent = store.agent(KEY);
            return fill(records, turns, agent::addAll);
        }
    }

    /** Where records go. */
    private interface Sink {
        void add(List<Interaction> turns) throws IOException;
    }

    /** Seconds, without those that making the records takes. */
    private static double fill(int records, SyntheticTurns turns, Sink sink) throws IOException {
        long nanos = 0;
        for (int from = 0; from < records; from += BATCH) {
            List<Interaction> batch = turns.turns(from, Math.min(BATCH, records - from));
            long start = System.nanoTime();
            sink.add(batch);
            nanos += System.nanoTime() - start;
        }
        return nanos / 1e9;
    }

    private static ContextQuery both(SyntheticTurns turns, int question) {
        return ContextQuery.text(turns.question(question)).near(turns.questionVector(question));
    }

    /** By the vector alone, each record by itself, as the peers search. */
    private static ContextQuery nearest(SyntheticTurns turns, int question) {
        return ContextQuery.vector(turns.questionVector(question)).profile(RetrievalProfile.DOCUMENTS);
    }

    private static Map<String, Object> row(String what, int records, int dimensions) {
        var row = new LinkedHashMap<String, Object>();
        row.put("what", what);
        row.put("records", records);
        row.put("dimensions", dimensions);
        return row;
    }

    private static List<List<String>> answers(Asking asking) throws IOException {
        var answers = new ArrayList<List<String>>();
        for (int i = 0; i < QUESTIONS; i++) {
            answers.add(asking.ids(i));
        }
        return answers;
    }

    private static double recall(List<List<String>> found, List<List<String>> truth) {
        int there = 0;
        int all = 0;
        for (int i = 0; i < truth.size(); i++) {
            all += truth.get(i).size();
            there += (int) truth.get(i).stream().filter(found.get(i)::contains).count();
        }
        return Math.round(10_000.0 * there / all) / 10_000.0;
    }

    /** p50 and p95 in milliseconds; making the question is a small part of it, and the same for all. */
    private static Map<String, Double> times(Asking asking) throws IOException {
        var millis = new double[QUESTIONS];
        for (int i = 0; i < QUESTIONS; i++) {
            long start = System.nanoTime();
            asking.ids(i);
            millis[i] = millis(start);
        }
        Arrays.sort(millis);
        return Map.of("p50_ms", millis[QUESTIONS / 2], "p95_ms", millis[QUESTIONS * 95 / 100]);
    }

    private static double millis(long start) {
        return Math.round((System.nanoTime() - start) / 1e4) / 100.0;
    }

    private static long usedHeap() {
        System.gc();
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static long bytes(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}
