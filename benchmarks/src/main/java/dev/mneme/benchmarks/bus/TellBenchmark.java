package dev.mneme.benchmarks.bus;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
 * Messages a second from one thread, or four, to one agent, until it has counted them all. A sender that finds no room yields
 * its thread and tries again.
 *
 * <pre>
 * java -cp "benchmarks/target/*:benchmarks/target/lib/*" org.openjdk.jmh.Main bus.TellBenchmark \
 *     -rf json -rff benchmarks/results/bus-tell.json
 * </pre>
 *
 * <p>A message to Mneme is a task with all that belongs to one: an outcome, a deadline, a place among tenants and priorities, a
 * thread of its own while it runs. None of the peers has these. To Pekko, Vert.x and Reactor it is an entry of a queue.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class TellBenchmark {

    private static final int MESSAGES = 20_000;

    @Param
    public Setting setting;

    private Received received;
    private Peer peer;
    private ExecutorService senders;
    private long sent;

    @Setup
    public void start() {
        received = new Received();
        peer = setting.start(1, received);
        senders = Executors.newFixedThreadPool(Received.SENDERS);
    }

    @TearDown
    public void stop() {
        senders.shutdown();
        peer.close();
    }

    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public void oneToOne() {
        send(0, MESSAGES);
        sent += MESSAGES;
        received.await(sent);
    }

    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public void fourToOne() {
        for (int i = 0; i < Received.SENDERS; i++) {
            int sender = i;
            senders.execute(() -> send(sender, MESSAGES / Received.SENDERS));
        }
        sent += MESSAGES;
        received.await(sent);
    }

    private void send(int sender, int messages) {
        Note note = Note.from(sender);
        for (int i = 0; i < messages; i++) {
            peer.tellInTheEnd(0, note);
        }
    }
}
