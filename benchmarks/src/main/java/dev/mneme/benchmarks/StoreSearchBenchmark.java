package dev.mneme.benchmarks;

import static dev.mneme.memory.context.Fields.meta;
import static dev.mneme.memory.context.Fields.type;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.Hits;
import dev.mneme.memory.context.RetrievalProfile;
import dev.mneme.memory.lucene.DenseSearch;
import dev.mneme.memory.lucene.LuceneContextStore;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long one search of the embedded store takes: one agent, one thread, top 10, with ready-made vectors; turns of
 * conversations, under the default profile, and under {@code DOCUMENTS} beside it.
 *
 * <pre>
 * java -cp "benchmarks/target/*:benchmarks/target/lib/*" org.openjdk.jmh.Main StoreSearchBenchmark \
 *     -rf json -rff benchmarks/results/store-search.json
 * </pre>
 *
 * <p>That takes half an hour; {@code -p size=100000x768 -p dense=QUANTISED -f 1} is the size that has an aim, in three minutes.
 *
 * <p>The stores are made once, in {@code benchmarks/target/conversations}, and opened by each fork.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(3)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
public class StoreSearchBenchmark {

    private static final int QUESTIONS = 256;

    /** Records and dimensions. */
    @Param({"10000x384", "10000x768", "100000x384", "100000x768"})
    public String size = "";

    /** How the dense leg searches. */
    @Param({"QUANTISED", "EXACT"})
    public DenseSearch dense = DenseSearch.QUANTISED;

    private LuceneContextStore store;
    private AgentContext agent;
    private final ContextQuery[] both = new ContextQuery[QUESTIONS];
    private final ContextQuery[] words = new ContextQuery[QUESTIONS];
    private final ContextQuery[] vectors = new ContextQuery[QUESTIONS];
    private final ContextQuery[] plainBoth = new ContextQuery[QUESTIONS];
    private final ContextQuery[] plainWords = new ContextQuery[QUESTIONS];
    private final ContextQuery[] tenth = new ContextQuery[QUESTIONS];
    private final ContextQuery[] hundredth = new ContextQuery[QUESTIONS];
    private int next;

    @Setup
    public void open() {
        int records = Integer.parseInt(size.substring(0, size.indexOf('x')));
        int dimensions = Integer.parseInt(size.substring(size.indexOf('x') + 1));
        var turns = new SyntheticTurns(dimensions);
        store = LuceneContextStore.builder(Path.of("benchmarks/target/conversations", size), new ReadyMade(dimensions))
                .denseSearch(dense)
                .open();
        agent = store.agent(AgentKey.of("bench", "one"));
        for (int from = (int) agent.count(); from < records; from += 1_000) {
            agent.addAll(turns.turns(from, 1_000));
        }
        for (int i = 0; i < QUESTIONS; i++) {
            vectors[i] = ContextQuery.vector(turns.questionVector(i));
            both[i] = ContextQuery.text(turns.question(i)).near(turns.questionVector(i));
            words[i] = ContextQuery.text(turns.question(i)).weights(1, 0);
            plainBoth[i] = both[i].profile(RetrievalProfile.DOCUMENTS);
            plainWords[i] = words[i].profile(RetrievalProfile.DOCUMENTS);
            tenth[i] = both[i].where(type().is("tool_call"));
            hundredth[i] = both[i].where(meta("hundredth").is(true));
        }
    }

    @TearDown
    public void close() {
        store.close();
    }

    /** The default: words and vector, fused. */
    @Benchmark
    public Hits wordsAndVector() {
        return agent.search(both[next++ % QUESTIONS]);
    }

    /** The dense leg alone. */
    @Benchmark
    public Hits vectorAlone() {
        return agent.search(vectors[next++ % QUESTIONS]);
    }

    /** The text leg alone. */
    @Benchmark
    public Hits wordsAlone() {
        return agent.search(words[next++ % QUESTIONS]);
    }

    /** Words and vector, each record by itself: what the default takes longer is the cost of its profile. */
    @Benchmark
    public Hits wordsAndVectorAsDocuments() {
        return agent.search(plainBoth[next++ % QUESTIONS]);
    }

    /** The text leg alone, each record by itself. */
    @Benchmark
    public Hits wordsAloneAsDocuments() {
        return agent.search(plainWords[next++ % QUESTIONS]);
    }

    /** Words and vector, with a filter that lets through a tenth. */
    @Benchmark
    public Hits filteredToATenth() {
        return agent.search(tenth[next++ % QUESTIONS]);
    }

    /** Words and vector, with a filter that lets through a hundredth. */
    @Benchmark
    public Hits filteredToAHundredth() {
        return agent.search(hundredth[next++ % QUESTIONS]);
    }
}
