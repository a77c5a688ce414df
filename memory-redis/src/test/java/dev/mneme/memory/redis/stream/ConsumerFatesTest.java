package dev.mneme.memory.redis.stream;

import static dev.mneme.events.stream.KitEvents.counted;
import static dev.mneme.memory.redis.stream.ConsumerFates.GROUP;
import static dev.mneme.memory.redis.stream.ConsumerFates.RECLAIM_AFTER;
import static dev.mneme.memory.redis.stream.ConsumerFates.group;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.events.stream.Await;
import dev.mneme.events.stream.DeadLetter;
import dev.mneme.events.stream.KitEvents;
import dev.mneme.events.stream.KitEvents.Counted;
import dev.mneme.events.stream.StreamReport;
import dev.mneme.memory.redis.Redis;
import dev.mneme.servers.ChildJvm;
import dev.mneme.servers.RedisServer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Consumers die, hang and go away; their events do not. */
@Timeout(180)
class ConsumerFatesTest {

    private RedisServer server;
    private Redis redis;

    @BeforeEach
    void start() {
        server = RedisServer.start();
        redis = ConsumerFates.connect(server.uri());
    }

    @AfterEach
    void stop() {
        redis.close();
        server.close();
    }

    @Test
    void whatAKilledConsumerHeldIsHandledByAnother() {
        try (RedisEventStream stream = ConsumerFates.open(redis, ofMillis(500));
                ChildJvm child = ChildJvm.start(ConsumerFates.Hoarder.class, server.uri(), "500")) {
            publish(stream, 500);
            assertThat(child.line()).isEqualTo("begun");
            assertThat(report(stream).pending()).isEqualTo(500);
            child.kill();

            Set<Integer> numbers = ConcurrentHashMap.newKeySet();
            group(stream)
                    .maxConcurrency(8)
                    .subscribe(Counted.class, event -> numbers.add(event.data().number()));
            Await.until("all are handled", () -> numbers.size() == 500);
            Await.until("and acknowledged", () -> report(stream).pending() == 0);
            assertThat(numbers).isEqualTo(IntStream.range(0, 500).boxed().collect(Collectors.toSet()));
            assertThat(stream.deadLetters(GROUP, 10)).isEmpty();
        }
    }

    @Test
    void anEventThatKillsItsProcessIsADeadLetterAtItsThirdReclaimAndNoOtherIs() {
        try (RedisEventStream stream = ConsumerFates.open(redis, ofMillis(500))) {
            publish(stream, 50);
            int died = 0;
            String last = "";
            while (!last.equals("alive")) {
                try (ChildJvm child = ChildJvm.start(ConsumerFates.Mortal.class, server.uri(), "17")) {
                    List<String> said = child.rest();
                    last = said.isEmpty() ? "" : said.get(0);
                    died += said.isEmpty() ? 1 : 0;
                }
                assertThat(died).isLessThanOrEqualTo(3);
            }
            assertThat(died).as("processes that died of it").isEqualTo(3);
            List<DeadLetter> letters = stream.deadLetters(GROUP, 10);
            assertThat(letters).hasSize(1);
            assertThat(letters.get(0).deliveries()).isEqualTo(3);
            assertThat(letters.get(0).reason()).isEqualTo(DeadLetter.Reason.FAILED);
            Set<Integer> left = ConcurrentHashMap.newKeySet();
            group(stream)
                    .subscribe(Counted.class, event -> left.add(event.data().number()));
            Await.until("nothing is left", () -> report(stream).pending() == 0);
            assertThat(left).doesNotContain(17);
        }
    }

    @Test
    void aHandlerThatTakesLongerThanEventsMayBeIdleRunsOnce() throws Exception {
        try (RedisEventStream one = ConsumerFates.open(redis, RECLAIM_AFTER);
                RedisEventStream other = ConsumerFates.open(redis, RECLAIM_AFTER)) {
            var begun = new AtomicInteger();
            var release = new CountDownLatch(1);
            for (RedisEventStream stream : List.of(one, other)) {
                group(stream).subscribe(Counted.class, event -> {
                    begun.incrementAndGet();
                    release.await();
                });
            }
            publish(one, 1);
            Await.until("it is begun", () -> begun.get() == 1);
            long looks = looks();
            // four of each look takes in all four streams; each consumer looks every third of the time
            Await.until("they looked for idle events for three times as long", () -> looks() >= looks + 2 * 9 * 4);
            assertThat(begun).hasValue(1);
            release.countDown();
            Await.until("it is handled", () -> report(one).pending() == 0);
            assertThat(begun).hasValue(1);
        }
    }

    @Test
    void whatAStoppedGroupHasNotReadIsNotTrimmedAndItIsTold() {
        List<Backlog> told = Collections.synchronizedList(new ArrayList<>());
        try (RedisEventStream stream = RedisEventStream.builder(redis, ConsumerFates.STREAM, KitEvents.CODEC)
                .retainFor(ofMillis(0))
                .onBacklog(ofMillis(1), told::add)
                .build()) {
            stream.group("stopped").subscribe(Counted.class, event -> {}).close();
            var here = new AtomicInteger();
            stream.group(GROUP).subscribe(Counted.class, event -> here.incrementAndGet());
            publish(stream, 500);
            Await.until(
                    "one group is done",
                    () -> here.get() == 500 && report(stream).pending() == 0);
            long trims = calls("xtrim");
            Await.until(
                    "it is told", () -> told.stream().anyMatch(b -> b.group().equals("stopped")));
            Await.until("it was trimmed", () -> calls("xtrim") >= trims + 4);
            assertThat(stream.monitor().length()).isEqualTo(500);

            Set<Integer> late = ConcurrentHashMap.newKeySet();
            stream.group("stopped")
                    .subscribe(Counted.class, event -> late.add(event.data().number()));
            Await.until("the other has them all", () -> late.size() == 500);
            Await.until("now it is trimmed", () -> stream.monitor().length() < 500);
            Await.until("it has caught up", () -> stream.watch().backlogs().isEmpty());
        }
    }

    private static void publish(RedisEventStream stream, int count) {
        for (int i = 0; i < count; i++) {
            stream.publish(counted(i));
        }
    }

    private static StreamReport.Group report(RedisEventStream stream) {
        return stream.monitor().groups().stream()
                .filter(g -> g.name().equals(GROUP))
                .findFirst()
                .orElseThrow();
    }

    private long looks() {
        return calls("xautoclaim");
    }

    private long calls(String command) {
        String calls = server.info("commandstats").getOrDefault("cmdstat_" + command, "calls=0,");
        return Long.parseLong(calls.substring(calls.indexOf('=') + 1, calls.indexOf(',')));
    }
}
