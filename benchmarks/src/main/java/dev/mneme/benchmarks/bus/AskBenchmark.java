package dev.mneme.benchmarks.bus;

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
 * From the question to the answer on the asking thread, one question at a time; p50 is the figure.
 *
 * <pre>
 * java -cp "benchmarks/target/*:benchmarks/target/lib/*" org.openjdk.jmh.Main bus.AskBenchmark \
 *     -rf json -rff benchmarks/results/bus-ask.json
 * </pre>
 *
 * <p>Most of it is how long a sleeping thread takes to wake, twice; with two modes, by whether a processor had gone to sleep.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class AskBenchmark {

    // a bound is never reached by one question at a time
    @Param({"MNEME", "PEKKO_BOUNDED", "PEKKO_DEFAULT", "VERTX_DEFAULT", "REACTOR_DEFAULT", "FUTURE_BOUNDED"})
    public Setting setting;

    private Peer peer;
    private long number;

    @Setup
    public void start() {
        peer = setting.start(1, new Received());
    }

    @TearDown
    public void stop() {
        peer.close();
    }

    @Benchmark
    public long ask() {
        return peer.ask(number++);
    }
}
