package dev.mneme.benchmarks;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.lucene.Durability;
import dev.mneme.memory.lucene.LuceneContextStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.lucene.util.IOUtils;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How fast records come into the embedded store: one agent, one thread, empty
 * at the start, ready-made vectors. The score is the time for one record.
 *
 * <pre>
 * java -cp "benchmarks/target/*:benchmarks/target/lib/*" org.openjdk.jmh.Main StoreIngestBenchmark \
 *     -rf json -rff benchmarks/results/store-ingest.json
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 1)
@Measurement(iterations = 2)
public class StoreIngestBenchmark {

    private static final int ONE_BY_ONE = 10_000;
    private static final int IN_BATCHES = 100_000;
    private static final int BATCH = 1_000;

    @Param({"384", "768"})
    public int dimensions;

    /** Whether each call waits for the disk, or a sync every 200 ms serves all. */
    @Param({"strict", "every200ms"})
    public String durability = "";

    private Path folder = Path.of("");
    private LuceneContextStore store;
    private AgentContext agent;
    private List<Interaction> turns = List.of();

    @Setup
    public void make() {
        turns = new SyntheticTurns(dimensions).turns(0, IN_BATCHES);
    }

    @Setup(Level.Iteration)
    public void open() throws IOException {
        folder = Files.createTempDirectory(Path.of("benchmarks/target"), "ingest");
        store = LuceneContextStore.builder(folder, new ReadyMade(dimensions))
                .durability(
                        durability.equals("strict") ? Durability.strict() : Durability.every(Duration.ofMillis(200)))
                .open();
        agent = store.agent(AgentKey.of("bench", "one"));
    }

    @TearDown(Level.Iteration)
    public void close() throws IOException {
        store.close();
        try (Stream<Path> left = Files.list(folder)) {
            IOUtils.rm(left.toArray(Path[]::new));
        }
        Files.delete(folder);
    }

    /** One record a call. */
    @Benchmark
    @OperationsPerInvocation(ONE_BY_ONE)
    public void oneByOne() {
        for (int i = 0; i < ONE_BY_ONE; i++) {
            agent.add(turns.get(i));
        }
    }

    /** A thousand records a call. */
    @Benchmark
    @OperationsPerInvocation(IN_BATCHES)
    public void inBatches() {
        for (int from = 0; from < IN_BATCHES; from += BATCH) {
            agent.addAll(turns.subList(from, from + BATCH));
        }
    }
}
