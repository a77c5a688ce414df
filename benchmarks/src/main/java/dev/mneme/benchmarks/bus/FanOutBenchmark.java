package dev.mneme.benchmarks.bus;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
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
 * Messages a second from one thread to 10,000 agents, one each, until all have counted theirs.
 *
 * <pre>
 * java -cp "benchmarks/target/*:benchmarks/target/lib/*" org.openjdk.jmh.Main bus.FanOutBenchmark \
 *     -rf json -rff benchmarks/results/bus-fan-out.json
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class FanOutBenchmark {

    private static final int AGENTS = 10_000;

    // no other queue is long enough to be filled here
    @Param({"MNEME", "PEKKO_BOUNDED", "PEKKO_DEFAULT", "VERTX_DEFAULT", "REACTOR_DEFAULT", "FUTURE_DEFAULT"})
    public Setting setting;

    private Received received;
    private Peer peer;
    private long sent;

    @Setup
    public void start() {
        received = new Received();
        peer = setting.start(AGENTS, received);
    }

    @TearDown
    public void stop() {
        peer.close();
    }

    @Benchmark
    @OperationsPerInvocation(AGENTS)
    public void oneToTenThousand() {
        Note note = Note.from(0);
        for (int agent = 0; agent < AGENTS; agent++) {
            peer.tellInTheEnd(agent, note);
        }
        sent += AGENTS;
        received.await(sent);
    }
}
