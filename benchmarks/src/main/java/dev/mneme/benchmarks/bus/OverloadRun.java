package dev.mneme.benchmarks.bus;

import dev.mneme.bus.AgentBus;
import dev.mneme.bus.AgentRef;
import dev.mneme.bus.AgentSpec;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Twice as much work as an agent can do, for a while: how much is accepted, how long that takes from submission to its end,
 * and what the heap holds meanwhile, after a collection every few seconds. Work is a millisecond of sleep with 4 KB of input.
 *
 * <pre>
 * java -Xmx1g -cp "benchmarks/target/*:benchmarks/target/lib/*" dev.mneme.benchmarks.bus.OverloadRun 30 benchmarks/results/bus-overload.txt
 * </pre>
 *
 * <p>Beside it a Pekko actor with its default mailbox, which has no bound. What the one can do is measured first, in two seconds
 * in which the next task comes when there is room.
 */
final class OverloadRun {

    private static final int INPUT_BYTES = 4_096;
    private static final int BUCKET_MICROS = 100;
    private static final int BUCKETS = 1_000_000;
    private static final int CALIBRATION_SECONDS = 2;
    private static final int HEAP_EVERY_SECONDS = 3;

    /** Work, and when it was offered. */
    private record Work(long offeredNanos, byte[] input) {}

    /** Who is flooded. */
    private interface Flooded extends AutoCloseable {

        /** False if it refuses. */
        boolean offer(Work work);

        @Override
        void close();
    }

    private final AtomicLongArray latencies = new AtomicLongArray(BUCKETS);
    private final AtomicInteger done = new AtomicInteger();

    private OverloadRun() {}

    public static void main(String[] args) throws IOException {
        int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 30;
        var lines = new StringBuilder(String.format(
                Locale.ROOT,
                "%s, %d processors; %d s at twice the capacity%n",
                Runtime.version(),
                Runtime.getRuntime().availableProcessors(),
                seconds));
        lines.append(measure("Mneme", seconds, OverloadRun::bus));
        lines.append(measure("Pekko, default", seconds, OverloadRun::actor));
        System.out.print(lines);
        if (args.length > 1) {
            Files.writeString(Path.of(args[1]), lines);
        }
    }

    private static String measure(String name, int seconds, Function<OverloadRun, Flooded> start) {
        double rate;
        var calm = new OverloadRun();
        try (Flooded agent = start.apply(calm)) {
            rate = calm.capacity(agent);
        }
        // with counts of its own: the first may still be at work
        var flood = new OverloadRun();
        try (Flooded agent = start.apply(flood)) {
            return flood.flood(name, agent, seconds, 2 * rate);
        }
    }

    /** Tasks a second, if so many wait that none of the slots is ever free, and no more. */
    private double capacity(Flooded calm) {
        long begin = System.nanoTime();
        long end = begin + TimeUnit.SECONDS.toNanos(CALIBRATION_SECONDS);
        int offered = 0;
        while (System.nanoTime() - end < 0) {
            if (offered - done.get() < 100 && calm.offer(work())) {
                offered++;
            } else {
                LockSupport.parkNanos(50_000);
            }
        }
        return done.get() / ((System.nanoTime() - begin) / 1e9);
    }

    private String flood(String name, Flooded flooded, int seconds, double rate) {
        List<String> heap = new ArrayList<>();
        long begin = System.nanoTime();
        long offers = (long) (rate * seconds);
        long accepted = 0;
        long refusing = 0;
        long refused = 0;
        int looks = 0;
        for (long i = 0; i < offers; i++) {
            long due = begin + (long) (i / rate * 1e9);
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            Work work = work();
            long before = System.nanoTime();
            if (flooded.offer(work)) {
                accepted++;
            } else {
                refusing += System.nanoTime() - before;
                refused++;
            }
            if (System.nanoTime() - begin > TimeUnit.SECONDS.toNanos((long) HEAP_EVERY_SECONDS * (looks + 1))) {
                looks++;
                heap.add(String.format(Locale.ROOT, "%.1f", heapMegabytes()));
            }
        }
        return String.format(
                Locale.ROOT,
                "%s: offered %.0f/s, accepted %d, refused %d (%.0f ns each), ended %d;"
                        + " accepted ms: p50 %.1f, p99 %.1f, longest %.1f; heap MB after a collection: %s%n",
                name,
                rate,
                accepted,
                refused,
                refused == 0 ? 0.0 : refusing / (double) refused,
                done.get(),
                millisAt(0.5),
                millisAt(0.99),
                millisAt(1),
                String.join(", ", heap));
    }

    private Flooded bus() {
        AgentBus bus = AgentBus.builder().drainFor(Duration.ZERO).build();
        AgentRef<Work, Boolean> agent = bus.register(
                AgentSpec.<Work, Boolean>named("flooded").maxConcurrency(1).handler((work, ctx) -> {
                    perform(work);
                    return true;
                }));
        return new Flooded() {
            @Override
            public boolean offer(Work work) {
                return agent.submit(work).fold(yes -> true, no -> false);
            }

            @Override
            public void close() {
                bus.close();
            }
        };
    }

    private Flooded actor() {
        ActorSystem<Work> system = ActorSystem.create(
                Behaviors.receiveMessage(work -> {
                    perform(work);
                    return Behaviors.same();
                }),
                "flooded");
        return new Flooded() {
            @Override
            public boolean offer(Work work) {
                system.tell(work);
                return true;
            }

            @Override
            public void close() {
                system.terminate();
            }
        };
    }

    private void perform(Work work) {
        LockSupport.parkNanos(1_000_000);
        long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - work.offeredNanos());
        latencies.incrementAndGet((int) Math.min(BUCKETS - 1, micros / BUCKET_MICROS));
        done.incrementAndGet();
    }

    private static Work work() {
        return new Work(System.nanoTime(), new byte[INPUT_BYTES]);
    }

    /** What is held, and not what is still lying about. */
    private static double heapMegabytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1e6;
    }

    private double millisAt(double share) {
        long wanted = (long) Math.ceil(share * done.get());
        long seen = 0;
        for (int i = 0; i < BUCKETS; i++) {
            seen += latencies.get(i);
            if (seen >= wanted) {
                return (i + 1) * BUCKET_MICROS / 1_000.0;
            }
        }
        return Double.NaN;
    }
}
