package dev.mneme.benchmarks.events;

import dev.mneme.SessionKey;
import dev.mneme.events.Envelope;
import dev.mneme.events.Event;
import dev.mneme.events.EventCodec;
import dev.mneme.events.EventRegistry;
import dev.mneme.events.EventType;
import dev.mneme.events.stream.EncodedEvent;
import dev.mneme.events.stream.EventBatch;
import dev.mneme.events.stream.Fence;
import dev.mneme.memory.redis.Redis;
import dev.mneme.memory.redis.stream.RedisEventStream;
import dev.mneme.servers.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * How many events a second four consumers of a group take from a stream in Redis, decode, hand to an empty handler and
 * acknowledge, with a batch of 100 and 4 handlers each; and how many a sink appends, in batches of 500.
 *
 * <p>Each round appends a backlog to an empty server and then drains it; the first round is a warm-up. Server, consumers
 * and all run on this one machine.
 *
 * <pre>
 * java -cp "benchmarks/target/*:benchmarks/target/lib/*" dev.mneme.benchmarks.events.StreamRun 200000 benchmarks/results/stream.txt
 * </pre>
 */
final class StreamRun {

    private static final int ROUNDS = 6;
    private static final int CONSUMERS = 4;
    private static final int BATCH = 500;
    private static final String TEXT = "x".repeat(200);

    /** An event of about 500 bytes on the wire. */
    @EventType(name = "bench.noted", version = 1)
    record Noted(long number, String text) implements Event {}

    private static final EventCodec CODEC = EventCodec.of(EventRegistry.of(Noted.class));

    private StreamRun() {}

    /**
     * @param args how many events; a file for the result
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        int events = args.length > 0 ? Integer.parseInt(args[0]) : 200_000;
        double[] appended = new double[ROUNDS - 1];
        double[] drained = new double[ROUNDS - 1];
        int bytes = encoded(0).size();
        for (int round = 0; round < ROUNDS; round++) {
            double[] rates = round(events);
            if (round > 0) {
                appended[round - 1] = rates[0];
                drained[round - 1] = rates[1];
            }
        }
        String result = String.format(
                Locale.ROOT,
                "stream in Redis, %,d events of %d bytes, %d consumers, batch 100, 4 handlers each; JDK %s, %d processors%n"
                        + "median of %d rounds (least, most), events a second%n"
                        + "appended by a sink in batches of %d: %s%n"
                        + "taken, decoded, handled, acknowledged: %s%n",
                events,
                bytes,
                CONSUMERS,
                Runtime.version(),
                Runtime.getRuntime().availableProcessors(),
                ROUNDS - 1,
                BATCH,
                summary(appended),
                summary(drained));
        System.out.print(result);
        if (args.length > 1) {
            Files.writeString(Path.of(args[1]), result);
        }
    }

    private static double[] round(int events) throws InterruptedException {
        try (RedisServer server = RedisServer.start();
                Redis redis = Redis.connect(server.uri())) {
            while (!redis.isReachable()) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            List<RedisEventStream> streams = new ArrayList<>();
            for (int i = 0; i < CONSUMERS; i++) {
                streams.add(RedisEventStream.builder(redis, "bench", CODEC)
                        .capacity(2 * events)
                        .build());
            }
            double appended = append(streams.get(0), events);
            var left = new CountDownLatch(events);
            long begun = System.nanoTime();
            for (RedisEventStream stream : streams) {
                stream.group("g").maxConcurrency(4).subscribe(Noted.class, event -> left.countDown());
            }
            left.await();
            while (streams.get(0).monitor().groups().get(0).pending() > 0) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
            double drained = rate(events, begun);
            streams.forEach(RedisEventStream::close);
            return new double[] {appended, drained};
        }
    }

    private static double append(RedisEventStream stream, int events) {
        List<EncodedEvent> all = new ArrayList<>();
        for (int i = 0; i < events; i++) {
            all.add(encoded(i));
        }
        long begun = System.nanoTime();
        var fence = new Fence(1, 1);
        for (int first = 0; first < events; first += BATCH) {
            List<EncodedEvent> batch = all.subList(first, Math.min(events, first + BATCH));
            stream.sink().deliver(new EventBatch("bench", 0, fence, batch));
            fence = fence.next();
        }
        return rate(events, begun);
    }

    private static EncodedEvent encoded(int number) {
        return EncodedEvent.of(
                Envelope.of(new Noted(number, TEXT))
                        .source("/bench")
                        .session(SessionKey.of("tenant" + number % 10, "s"))
                        .key("k" + number % 200),
                CODEC);
    }

    private static double rate(int events, long begunNanos) {
        return events * 1e9 / (System.nanoTime() - begunNanos);
    }

    private static String summary(double[] rates) {
        Arrays.sort(rates);
        return String.format(
                Locale.ROOT, "%,.0f (%,.0f, %,.0f)", rates[rates.length / 2], rates[0], rates[rates.length - 1]);
    }
}
