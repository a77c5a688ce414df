package dev.mneme.benchmarks.bus;

import dev.mneme.bus.AgentBus;
import dev.mneme.bus.AgentRef;
import dev.mneme.bus.AgentSpec;
import dev.mneme.bus.Submission;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
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
import reactor.core.publisher.Sinks;

/**
 * What saying no costs, to a sender who finds the queue full; with {@code -prof gc} also in bytes.
 *
 * <pre>
 * java -cp "benchmarks/target/*:benchmarks/target/lib/*" org.openjdk.jmh.Main bus.RefusalBenchmark -prof gc \
 *     -rf json -rff benchmarks/results/bus-refusal.json
 * </pre>
 *
 * <p>Vert.x takes everything, and Pekko's bounded mailbox gives what is too much to the dead letters without a word to the
 * sender; so neither refuses.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class RefusalBenchmark {

    private static final int CAPACITY = 1_024;

    private final CountDownLatch release = new CountDownLatch(1);
    private final Note note = Note.from(0);
    private AgentBus bus;
    private AgentRef<Note, Boolean> agent;
    private ThreadPoolExecutor executor;
    private Sinks.Many<Note> sink;

    @Setup
    public void fill() {
        bus = AgentBus.create();
        agent = bus.register(AgentSpec.<Note, Boolean>named("full")
                .maxConcurrency(1)
                .capacity(CAPACITY)
                .timeout(Duration.ofHours(1))
                .handler((any, ctx) -> {
                    release.await();
                    return true;
                }));
        executor = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(CAPACITY));
        sink = Sinks.many().unicast().onBackpressureBuffer(new ArrayBlockingQueue<>(CAPACITY));
        // one more than there is room for: the first is taken out
        while (agent.numbers().running() == 0 || mneme() instanceof Submission.Accepted) {
            mneme();
        }
        while (executor() == null) {
            continue;
        }
        while (reactor().isSuccess()) {
            continue;
        }
    }

    @TearDown
    public void end() {
        release.countDown();
        bus.close();
        executor.shutdownNow();
    }

    @Benchmark
    public Submission<Boolean> mneme() {
        return agent.submit(note);
    }

    @Benchmark
    public RejectedExecutionException executor() {
        try {
            executor.execute(() -> await(release));
            return null;
        } catch (RejectedExecutionException e) {
            return e;
        }
    }

    @Benchmark
    public Sinks.EmitResult reactor() {
        return sink.tryEmitNext(note);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
