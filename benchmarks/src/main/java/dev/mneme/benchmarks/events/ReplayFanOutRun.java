package dev.mneme.benchmarks.events;

import dev.mneme.SessionKey;
import dev.mneme.events.Envelope;
import dev.mneme.events.Event;
import dev.mneme.events.EventCodec;
import dev.mneme.events.EventRegistry;
import dev.mneme.events.EventType;
import dev.mneme.events.stream.Attachment;
import dev.mneme.events.stream.LocalReplayBuffer;
import dev.mneme.events.stream.ReplayFormat;
import dev.mneme.events.stream.ReplaySignal;
import dev.mneme.events.stream.ReplayStart;
import dev.mneme.events.stream.ReplaySubscriber;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * How long an event takes to reach each of 1,000 listeners of one session, at 100 events of about 1 KB a second.
 *
 * <p>Latency counts from the moment an event was meant to be appended, so that a late append is not hidden, until the
 * listener has it as a line of NDJSON. The second run has 50 further listeners that hang in their first call.
 *
 * <pre>
 * java -cp "benchmarks/target/*:benchmarks/target/lib/*" dev.mneme.benchmarks.events.ReplayFanOutRun 30 benchmarks/results/replay-fan-out.txt
 * </pre>
 */
final class ReplayFanOutRun {

    private static final int LISTENERS = 1_000;
    private static final int HANGING = 50;
    private static final int EVENTS_A_SECOND = 100;
    private static final int WARM_UP_SECONDS = 5;
    private static final int BUCKET_MICROS = 10;
    private static final int BUCKETS = 200_000;
    private static final SessionKey SESSION = SessionKey.of("bench", "one");

    /** An event of about 1 KB. */
    @EventType(name = "bench.progress", version = 1)
    record Progress(long number, String text) implements Event {}

    private final LocalReplayBuffer buffer;
    private final AtomicLongArray latencies = new AtomicLongArray(BUCKETS);
    private final int seconds;
    private volatile long startNanos;

    private ReplayFanOutRun(int seconds) {
        this.seconds = seconds;
        this.buffer = LocalReplayBuffer.builder(EventCodec.of(EventRegistry.of(Progress.class)))
                .maxHang(Duration.ofHours(1))
                .maxBehind(1_000_000)
                .build();
    }

    public static void main(String[] args) throws IOException {
        int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 30;
        var lines = new StringBuilder(String.format(
                Locale.ROOT,
                "%s, %d processors; %d listeners, %d events/s, %d s after %d s of warm-up%n",
                Runtime.version(),
                Runtime.getRuntime().availableProcessors(),
                LISTENERS,
                EVENTS_A_SECOND,
                seconds,
                WARM_UP_SECONDS));
        lines.append("all sound:       ")
                .append(new ReplayFanOutRun(seconds).measure(0))
                .append('\n');
        lines.append("50 more hanging: ")
                .append(new ReplayFanOutRun(seconds).measure(HANGING))
                .append('\n');
        System.out.print(lines);
        if (args.length > 1) {
            Files.writeString(Path.of(args[1]), lines);
        }
    }

    private String measure(int hanging) {
        var release = new CountDownLatch(1);
        try {
            for (int i = 0; i < hanging; i++) {
                attach(signal -> release.await());
            }
            for (int i = 0; i < LISTENERS; i++) {
                attach(this::receive);
            }
            publish();
            return report();
        } finally {
            release.countDown();
            buffer.close();
        }
    }

    private void attach(ReplaySubscriber subscriber) {
        if (buffer.attach(SESSION, ReplayStart.now(), subscriber) instanceof Attachment.Refused refused) {
            throw new IllegalStateException("refused: " + refused.reason());
        }
    }

    private void publish() {
        String text = "x".repeat(700);
        int all = (WARM_UP_SECONDS + seconds) * EVENTS_A_SECOND;
        startNanos = System.nanoTime();
        for (int number = 0; number < all; number++) {
            long due = due(number);
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            buffer.append(
                    Envelope.of(new Progress(number, text)).source("/bench").session(SESSION));
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (count() < (long) seconds * EVENTS_A_SECOND * LISTENERS && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private void receive(ReplaySignal signal) {
        if (signal instanceof ReplaySignal.Item item && ReplayFormat.NDJSON.encode(signal).length > 0) {
            // numbers of the buffer begin at 1
            long number = item.id().number() - 1;
            if (number >= (long) WARM_UP_SECONDS * EVENTS_A_SECOND) {
                long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - due(number));
                latencies.incrementAndGet((int) Math.min(BUCKETS - 1, micros / BUCKET_MICROS));
            }
        }
    }

    private long due(long number) {
        return startNanos + number * (TimeUnit.SECONDS.toNanos(1) / EVENTS_A_SECOND);
    }

    private long count() {
        long sum = 0;
        for (int i = 0; i < BUCKETS; i++) {
            sum += latencies.get(i);
        }
        return sum;
    }

    private String report() {
        return String.format(
                Locale.ROOT,
                "%d of %d deliveries; ms: p50 %.2f, p90 %.2f, p99 %.2f, p99.9 %.2f, longest %.2f",
                count(),
                (long) seconds * EVENTS_A_SECOND * LISTENERS,
                millisAt(0.5),
                millisAt(0.9),
                millisAt(0.99),
                millisAt(0.999),
                millisAt(1));
    }

    private double millisAt(double share) {
        long wanted = (long) Math.ceil(share * count());
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
