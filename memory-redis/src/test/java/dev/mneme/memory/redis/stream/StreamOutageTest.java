package dev.mneme.memory.redis.stream;

import static dev.mneme.events.stream.KitEvents.counted;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.events.stream.Await;
import dev.mneme.events.stream.ConsumerGroup;
import dev.mneme.events.stream.KitEvents;
import dev.mneme.events.stream.KitEvents.Counted;
import dev.mneme.events.stream.StreamUnreachableException;
import dev.mneme.memory.redis.Redis;
import dev.mneme.servers.FaultProxy;
import dev.mneme.servers.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Redis goes away and comes back, and the groups go on. */
@Timeout(180)
class StreamOutageTest {

    @Test
    void whenAKilledServerIsBackWithItsDataNothingThatWasPublishedIsMissing() {
        try (RedisServer server = RedisServer.builder()
                        .appendOnly()
                        .setting("appendfsync always")
                        .start();
                Redis redis = connect(server.uri());
                RedisEventStream stream = RedisEventStream.on(redis, "kills", KitEvents.CODEC)) {
            Set<Integer> handled = ConcurrentHashMap.newKeySet();
            stream.group("g")
                    .maxConcurrency(2)
                    .subscribe(Counted.class, event -> handled.add(event.data().number()));
            Set<Integer> published = ConcurrentHashMap.newKeySet();
            for (int round = 0; round < 3; round++) {
                publish(stream, 100 * round, 100, published);
                server.kill();
                publish(stream, 100 * round + 90, 10, published);
                server.restart();
                Await.until("Redis is back", () -> answers(stream));
            }
            publish(stream, 1_000, 1, published);
            assertThat(published).hasSizeGreaterThanOrEqualTo(300).contains(1_000);
            Await.until("all are handled", () -> handled.containsAll(published));
            Await.until(
                    "and acknowledged", () -> stream.monitor().groups().get(0).pending() == 0);
        }
    }

    @Test
    void whenAServerIsBackWithoutItsDataItsGroupsAreThereAgain() {
        try (RedisServer server = RedisServer.start();
                Redis redis = connect(server.uri());
                RedisEventStream stream = RedisEventStream.on(redis, "empties", KitEvents.CODEC)) {
            Set<Integer> one = ConcurrentHashMap.newKeySet();
            Set<Integer> other = ConcurrentHashMap.newKeySet();
            stream.group("one")
                    .subscribe(Counted.class, event -> one.add(event.data().number()));
            stream.group("other")
                    .startAt(ConsumerGroup.Start.NOW)
                    .subscribe(Counted.class, event -> other.add(event.data().number()));
            stream.publish(counted(1));
            Await.until("both have it", () -> one.contains(1) && other.contains(1));
            server.kill();
            server.restart();
            Await.until("Redis is back", () -> answers(stream));
            stream.publish(counted(2));
            Await.until("both have the next", () -> one.contains(2) && other.contains(2));
            assertThat(stream.monitor().groups()).hasSize(2);
        }
    }

    @Test
    void aSubscriptionMayBeginWhileRedisIsAway() throws Exception {
        try (RedisServer server = RedisServer.start();
                FaultProxy proxy = FaultProxy.to(server)) {
            proxy.cut();
            try (Redis redis = Redis.builder(proxy.uri()).timeout(ofSeconds(30)).build();
                    RedisEventStream stream = RedisEventStream.on(redis, "absent", KitEvents.CODEC)) {
                Set<Integer> handled = ConcurrentHashMap.newKeySet();
                stream.group("g")
                        .subscribe(
                                Counted.class, event -> handled.add(event.data().number()));
                assertThatThrownBy(() -> stream.publish(counted(1))).isInstanceOf(StreamUnreachableException.class);
                assertThat(stream.health().check().status()).isEqualTo(dev.mneme.HealthCheck.Status.UNHEALTHY);
                proxy.heal();
                Await.until("Redis is there", redis::isReachable);
                stream.publish(counted(2));
                Await.until("it is handled", () -> handled.contains(2));
            }
        }
    }

    @Test
    void whatWasHandledWhileTheLineWasCutIsAcknowledgedLaterAndNotHandledAgain() throws Exception {
        try (RedisServer server = RedisServer.start();
                FaultProxy proxy = FaultProxy.to(server);
                Redis redis = connect(proxy.uri());
                Redis direct = connect(server.uri());
                RedisEventStream stream = RedisEventStream.on(redis, "cut", KitEvents.CODEC);
                RedisEventStream watched = RedisEventStream.on(direct, "cut", KitEvents.CODEC)) {
            List<Integer> handled = Collections.synchronizedList(new ArrayList<>());
            var inside = new CountDownLatch(1);
            var cut = new CountDownLatch(1);
            stream.group("g").maxConcurrency(2).subscribe(Counted.class, event -> {
                inside.countDown();
                cut.await();
                handled.add(event.data().number());
            });
            stream.publish(counted(1));
            inside.await();
            proxy.cut();
            cut.countDown();
            Await.until("it is handled", () -> handled.size() == 1);
            proxy.heal();
            Await.until(
                    "it is acknowledged",
                    () -> watched.monitor().groups().get(0).pending() == 0);
            assertThat(handled).containsExactly(1);
        }
    }

    @Test
    void whatWasGivenOutAndTheAnswerLostIsRecoveredBeforeWhatComesLater() {
        try (RedisServer server = RedisServer.start();
                FaultProxy proxy = FaultProxy.to(server);
                Redis redis = Redis.builder(proxy.uri()).timeout(ofMillis(700)).build();
                Redis direct = connect(server.uri());
                RedisEventStream stream = RedisEventStream.on(redis, "answers", KitEvents.CODEC);
                RedisEventStream publisher = RedisEventStream.on(direct, "answers", KitEvents.CODEC)) {
            Await.until("Redis is there", redis::isReachable);
            List<Integer> handled = Collections.synchronizedList(new ArrayList<>());
            stream.group("g")
                    .subscribe(Counted.class, event -> handled.add(event.data().number()));
            int published = 0;
            boolean givenOut = false;
            // what else the consumer asks may be cut off first, and then it does not come to taking
            for (int attempt = 0; attempt < 20 && !givenOut; attempt++) {
                publisher.publish(counted(published++).key("k"));
                int before = published;
                Await.until("it works", () -> handled.size() == before && pending(publisher) == 0);
                // requests go through, answers come too late
                proxy.delay(ofSeconds(3));
                for (int i = 0; i < 20; i++) {
                    publisher.publish(counted(published++).key("k"));
                }
                givenOut = givesOutWithin(ofSeconds(5), publisher);
                proxy.heal();
            }
            assertThat(givenOut).as("some are given out").isTrue();
            int all = published;
            Await.until("all are handled", () -> handled.size() == all);
            assertThat(handled).isSorted();
        }
    }

    private static long pending(RedisEventStream stream) {
        return stream.monitor().groups().get(0).pending();
    }

    private static boolean givesOutWithin(Duration time, RedisEventStream stream) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            if (pending(stream) > 0) {
                return true;
            }
        }
        return false;
    }

    @Test
    void whenRedisIsOutOfMemoryPublishersAreToldAndConsumersMakeRoom() {
        try (RedisServer server = RedisServer.builder()
                        .setting("maxmemory 6mb")
                        .setting("maxmemory-policy noeviction")
                        .start();
                Redis redis = connect(server.uri());
                RedisEventStream stream = RedisEventStream.builder(redis, "memory", KitEvents.CODEC)
                        .retainFor(ofMillis(0))
                        .build()) {
            Set<Integer> handled = ConcurrentHashMap.newKeySet();
            stream.group("g").subscribe(Counted.class, event -> {}).close();
            Set<Integer> published = ConcurrentHashMap.newKeySet();
            String padding = "x".repeat(4_000);
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 10_000; i++) {
                            stream.publish(counted(i).header("padding", padding));
                            published.add(i);
                        }
                    })
                    .isInstanceOf(StreamUnreachableException.class)
                    .hasRootCauseMessage("Redis is out of memory");
            stream.group("g")
                    .subscribe(Counted.class, event -> handled.add(event.data().number()));
            Await.until("all are handled", () -> handled.equals(published));
            Await.until("there is room again", () -> {
                publish(stream, 20_000, 1, published);
                return published.contains(20_000);
            });
            Await.until("it is handled", () -> handled.contains(20_000));
        }
    }

    private static Redis connect(String uri) {
        Redis redis = Redis.builder(uri).timeout(ofSeconds(30)).build();
        Await.until("Redis is there", redis::isReachable);
        return redis;
    }

    private static void publish(RedisEventStream stream, int first, int count, Set<Integer> published) {
        for (int i = first; i < first + count; i++) {
            try {
                stream.publish(counted(i));
                published.add(i);
            } catch (StreamUnreachableException e) {
                // not promised
            }
        }
    }

    /** By a call: that the line was lost may not have been noticed yet. */
    private static boolean answers(RedisEventStream stream) {
        try {
            stream.monitor();
            return true;
        } catch (StreamUnreachableException e) {
            return false;
        }
    }
}
