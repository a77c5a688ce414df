package dev.mneme.benchmarks.bus;

import dev.mneme.bus.AgentBus;
import dev.mneme.bus.AgentRef;
import dev.mneme.bus.AgentSpec;
import dev.mneme.bus.Join;
import dev.mneme.bus.NodeRef;
import dev.mneme.bus.Plan;
import dev.mneme.bus.PlanResult;
import dev.mneme.bus.Submit;
import dev.mneme.events.stream.spi.WorkerThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A graph of 1,000 nodes that do nothing, in 20 rows of 50, each of which needs three of the row before: as a plan, and as
 * futures chained by hand.
 *
 * <pre>
 * java -cp "benchmarks/target/*:benchmarks/target/lib/*" org.openjdk.jmh.Main bus.PlanBenchmark -prof gc \
 *     -rf json -rff benchmarks/results/bus-plan.json
 * </pre>
 *
 * <p>The plan is built once and run each time; futures can only be built anew. A node of the plan is a task of an agent, under its
 * limits, with an outcome of its own; the nearest to it among the futures are those whose nodes have a thread each.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class PlanBenchmark {

    private static final int ROWS = 20;
    private static final int WIDTH = 50;
    private static final int[] NEEDS = {0, 1, 7};
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private AgentBus bus;
    private Plan plan;
    private Executor threadEach;

    @Setup
    public void build() {
        bus = AgentBus.create();
        AgentRef<Integer, Integer> first =
                bus.register(PlanBenchmark.<Integer, Integer>roomy("first").handler((number, ctx) -> number));
        AgentRef<List<Integer>, Integer> next = bus.register(
                PlanBenchmark.<List<Integer>, Integer>roomy("next").handler((numbers, ctx) -> numbers.size()));
        Plan.Builder p = Plan.builder("rows");
        List<NodeRef<Integer>> above = new ArrayList<>();
        for (int i = 0; i < WIDTH; i++) {
            above.add(p.node("0-" + i, first, i));
        }
        for (int row = 1; row < ROWS; row++) {
            List<NodeRef<Integer>> nodes = new ArrayList<>();
            for (int i = 0; i < WIDTH; i++) {
                List<NodeRef<Integer>> needed = new ArrayList<>();
                for (int need : NEEDS) {
                    needed.add(above.get((i + need) % WIDTH));
                }
                nodes.add(p.join(row + "-" + i, next, needed, Join.all()));
            }
            above = nodes;
        }
        plan = p.build();
        var virtual = WorkerThreads.virtual("node-");
        threadEach = virtual == null
                ? ForkJoinPool.commonPool()
                : node -> virtual.newThread(node).start();
    }

    private static <I, O> AgentSpec.Builder<I, O> roomy(String name) {
        return AgentSpec.<I, O>named(name).capacity(10_000).maxConcurrency(10_000);
    }

    @TearDown
    public void close() {
        bus.close();
    }

    @Benchmark
    public PlanResult plan() {
        PlanResult result = bus.submit(plan, Submit.byHost())
                .orThrow()
                .awaitOutcome(MINUTE)
                .orElseThrow()
                .get();
        if (!result.isComplete()) {
            throw new IllegalStateException(result.toString());
        }
        return result;
    }

    /** On the common pool. */
    @Benchmark
    public int futures() {
        return futures(ForkJoinPool.commonPool());
    }

    /** On a virtual thread for each node; before JDK 21 the same as the other. */
    @Benchmark
    public int futuresOnThreadsOfTheirOwn() {
        return futures(threadEach);
    }

    private static int futures(Executor executor) {
        List<CompletableFuture<Integer>> above = IntStream.range(0, WIDTH)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> i, executor))
                .toList();
        for (int row = 1; row < ROWS; row++) {
            List<CompletableFuture<Integer>> nodes = new ArrayList<>();
            for (int i = 0; i < WIDTH; i++) {
                List<CompletableFuture<Integer>> needed = new ArrayList<>();
                for (int need : NEEDS) {
                    needed.add(above.get((i + need) % WIDTH));
                }
                nodes.add(CompletableFuture.allOf(needed.toArray(CompletableFuture<?>[]::new))
                        .thenApplyAsync(
                                all -> needed.stream()
                                        .map(CompletableFuture::join)
                                        .toList()
                                        .size(),
                                executor));
            }
            above = nodes;
        }
        return above.stream().mapToInt(CompletableFuture::join).sum();
    }
}
