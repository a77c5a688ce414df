package dev.mneme.memory.redis.stream;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import dev.mneme.events.stream.Await;
import dev.mneme.events.stream.ConsumerGroup;
import dev.mneme.events.stream.KitEvents;
import dev.mneme.events.stream.KitEvents.Counted;
import dev.mneme.memory.redis.Redis;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Other processes that consume, and what becomes of them. */
final class ConsumerFates {

    static final String STREAM = "fates";
    static final String GROUP = "g";
    static final Duration RECLAIM_AFTER = ofSeconds(2);

    private ConsumerFates() {}

    static Redis connect(String uri) {
        Redis redis = Redis.builder(uri).timeout(ofSeconds(30)).build();
        Await.until("Redis is there", redis::isReachable);
        return redis;
    }

    static RedisEventStream open(Redis redis, Duration reclaimAfter) {
        return RedisEventStream.builder(redis, STREAM, KitEvents.CODEC)
                .reclaimAfter(reclaimAfter)
                .batch(500)
                .build();
    }

    static ConsumerGroup group(RedisEventStream stream) {
        return stream.group(GROUP).retryAfter(ofMillis(10)).maxDeliveries(3);
    }

    /** Takes so many events at once, says so, and finishes none. */
    static final class Hoarder {

        public static void main(String... args) throws InterruptedException {
            int most = Integer.parseInt(args[1]);
            var begun = new AtomicInteger();
            RedisEventStream stream = open(connect(args[0]), ofMillis(500));
            group(stream).maxConcurrency(most).subscribe(Counted.class, event -> {
                begun.incrementAndGet();
                new CountDownLatch(1).await();
            });
            Await.until("all are begun", () -> begun.get() == most);
            System.out.println("begun");
            new CountDownLatch(1).await();
        }

        private Hoarder() {}
    }

    /** Dies of one event; else says that it lives once the event is a dead letter, and ends. */
    static final class Mortal {

        public static void main(String... args) {
            int deadly = Integer.parseInt(args[1]);
            RedisEventStream stream = open(connect(args[0]), ofMillis(500));
            group(stream).subscribe(Counted.class, event -> {
                if (event.data().number() == deadly) {
                    Runtime.getRuntime().halt(1);
                }
            });
            Await.until(
                    "the deadly event is a dead letter",
                    () -> stream.deadLetters(GROUP, 1).size() == 1);
            System.out.println("alive");
            Runtime.getRuntime().halt(0);
        }

        private Mortal() {}
    }
}
