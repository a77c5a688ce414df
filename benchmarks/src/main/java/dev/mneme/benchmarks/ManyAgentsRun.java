package dev.mneme.benchmarks;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.lucene.Durability;
import dev.mneme.memory.lucene.LuceneContextStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import org.apache.lucene.util.IOUtils;
import tools.jackson.databind.json.JsonMapper;

/**
 * Many agents in one folder, far more than the heap holds: how long opening takes, and the first search of an agent whose
 * memory must be read first, in a heap of 1 GB.
 *
 * <pre>
 * java -Xmx1g -cp "benchmarks/target/*:benchmarks/target/lib/*" dev.mneme.benchmarks.ManyAgentsRun \
 *     benchmarks/results/many-agents.json 10000 1000 64
 * </pre>
 *
 * <p>The numbers are those of agents, of records for each, and of dimensions.
 */
final class ManyAgentsRun {

    private static final int TOUCHES = 2_000;

    private ManyAgentsRun() {}

    public static void main(String[] args) throws IOException {
        int agents = args.length > 1 ? Integer.parseInt(args[1]) : 10_000;
        int records = args.length > 2 ? Integer.parseInt(args[2]) : 1_000;
        int dimensions = args.length > 3 ? Integer.parseInt(args[3]) : 64;
        Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("benchmarks/target")), "agents");
        var result = new LinkedHashMap<String, Object>();
        result.put("jdk", Runtime.version().toString());
        result.put("agents", agents);
        result.put("records_each", records);
        result.put("dimensions", dimensions);
        result.put("heap_max_mb", Runtime.getRuntime().maxMemory() >> 20);
        var turns = new SyntheticTurns(dimensions);
        try {
            try (var store = LuceneContextStore.builder(folder, new ReadyMade(dimensions))
                    .durability(Durability.every(Duration.ofMillis(200)))
                    .open()) {
                // one set of records serves all agents, because making them would take longer than storing them
                List<Interaction> batch = turns.turns(0, records);
                long start = System.nanoTime();
                for (int agent = 0; agent < agents; agent++) {
                    store.agent(AgentKey.of("bench", "agent" + agent)).addAll(batch);
                }
                result.put("records_a_second", Math.round(agents * records / ((System.nanoTime() - start) / 1e9)));
            }
            long start = System.nanoTime();
            try (var store = LuceneContextStore.open(folder, new ReadyMade(dimensions))) {
                result.put("open_ms", (System.nanoTime() - start) / 1_000_000);
                var random = new Random(7);
                result.put("search", touch(store, turns, random, agents));
            }
        } finally {
            IOUtils.rm(folder);
        }
        String json =
                JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsString(result);
        System.out.println(json);
        if (args.length > 0) {
            Files.writeString(Path.of(args[0]), json + "\n");
        }
    }

    private static Object touch(LuceneContextStore store, SyntheticTurns turns, Random random, int agents) {
        var first = new double[TOUCHES];
        var second = new double[TOUCHES];
        for (int i = 0; i < TOUCHES; i++) {
            AgentContext agent = store.agent(AgentKey.of("bench", "agent" + random.nextInt(agents)));
            ContextQuery query = ContextQuery.text(turns.question(i)).near(turns.questionVector(i));
            first[i] = millis(agent, query);
            second[i] = millis(agent, query);
        }
        Arrays.sort(first);
        Arrays.sort(second);
        var times = new LinkedHashMap<String, Double>();
        times.put("first_search_p50_ms", first[TOUCHES / 2]);
        times.put("first_search_p95_ms", first[TOUCHES * 95 / 100]);
        times.put("second_search_p50_ms", second[TOUCHES / 2]);
        times.put("second_search_p95_ms", second[TOUCHES * 95 / 100]);
        return times;
    }

    private static double millis(AgentContext agent, ContextQuery query) {
        long start = System.nanoTime();
        agent.search(query);
        return Math.round((System.nanoTime() - start) / 1e4) / 100.0;
    }
}
