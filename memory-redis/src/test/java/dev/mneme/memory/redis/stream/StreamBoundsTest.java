package dev.mneme.memory.redis.stream;

import static dev.mneme.events.stream.KitEvents.counted;
import static dev.mneme.events.stream.KitEvents.encoded;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.Tenant;
import dev.mneme.events.Envelope;
import dev.mneme.events.Priority;
import dev.mneme.events.stream.Await;
import dev.mneme.events.stream.ConsumerGroup;
import dev.mneme.events.stream.DeadLetter;
import dev.mneme.events.stream.Delivery;
import dev.mneme.events.stream.EncodedEvent;
import dev.mneme.events.stream.EventBatch;
import dev.mneme.events.stream.Fence;
import dev.mneme.events.stream.KitEvents;
import dev.mneme.events.stream.KitEvents.Counted;
import dev.mneme.events.stream.LocalInbox;
import dev.mneme.events.stream.Resumption;
import dev.mneme.events.stream.StreamFullException;
import dev.mneme.events.stream.StreamReport;
import dev.mneme.memory.redis.Redis;
import dev.mneme.memory.redis.internal.RedisCalls;
import dev.mneme.servers.RedisServer;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a stream in Redis holds at most, keeps and forgets. */
@Timeout(120)
class StreamBoundsTest {

    private static final AtomicInteger NAMES = new AtomicInteger();

    private static RedisServer server;
    private static Redis redis;

    private final String name = "bounds-" + NAMES.incrementAndGet();
    private final List<RedisEventStream> streams = new ArrayList<>();

    @BeforeAll
    static void startServer() {
        server = RedisServer.start();
        redis = Redis.builder(server.uri()).timeout(ofSeconds(30)).build();
        Await.until("Redis is there", redis::isReachable);
    }

    @AfterAll
    static void stopServer() {
        redis.close();
        server.close();
    }

    @AfterEach
    void closeStreams() {
        streams.forEach(RedisEventStream::close);
    }

    @Test
    void aFullStreamTakesNothingUntilSomethingIsFinished() {
        RedisEventStream stream = open(builder().capacity(10));
        stream.group("g").subscribe(Counted.class, event -> {}).close();
        for (int i = 0; i < 9; i++) {
            stream.publish(counted(i));
        }
        var batch = new EventBatch("s", 0, new Fence(1, 1), List.of(encoded(9, "a"), encoded(10, "b"), encoded(11)));
        assertThat(((Delivery.Answered) stream.sink().deliver(batch)).results())
                .extracting(Delivery.Result::outcome)
                .containsExactly(Delivery.Outcome.DELIVERED, Delivery.Outcome.NOT_TRIED, Delivery.Outcome.NOT_TRIED);
        assertThatThrownBy(() -> stream.publish(counted(12))).isInstanceOf(StreamFullException.class);
        stream.group("g").subscribe(Counted.class, event -> {});
        Await.until(
                "all are finished",
                () -> report(stream, "g").pending() == 0 && report(stream, "g").handled() == 10);
        stream.publish(counted(13));
    }

    @Test
    void anEventThatIsNotAcknowledgedHoldsBackTheTrimming() {
        RedisEventStream stream = open(builder().capacity(5).retainFor(ofMillis(0)));
        var release = new CountDownLatch(1);
        stream.group("g").maxConcurrency(2).subscribe(Counted.class, event -> {
            if (event.data().number() == 0) {
                release.await();
            }
        });
        for (int i = 0; i < 5; i++) {
            stream.publish(counted(i));
        }
        Await.until("four are finished", () -> report(stream, "g").handled() == 4);
        assertThatThrownBy(() -> stream.publish(counted(5))).isInstanceOf(StreamFullException.class);
        assertThat(stream.monitor().length()).isEqualTo(5);
        release.countDown();
        Await.until("all are finished", () -> report(stream, "g").pending() == 0);
        stream.publish(counted(6));
    }

    @Test
    void anEventThatIsBuriedTwiceIsOneDeadLetterAndStaysForOtherGroups() throws Exception {
        RedisEventStream stream = open(builder());
        var calls = new StreamCalls(RedisCalls.of(redis), name, new StreamKeys("default", name));
        var consumer = new ConsumerCalls(calls, "g", "c");
        consumer.join(ConsumerGroup.Start.OLDEST);
        stream.publish(counted(1));
        List<StreamEntry> taken = consumer.take(List.of(), 1, Map.of(Priority.NORMAL, 1));
        var held = new HeldEvents(stream.group("g").on(Counted.class, event -> {}));
        held.add(taken.get(0));
        Held begun = requireNonNull(held.begin(0));
        held.dying(begun, DeadLetter.Reason.FAILED);
        assertThat(consumer.bury(begun, 10)).isTrue();
        assertThat(consumer.bury(begun, 10)).isTrue();
        assertThat(stream.deadLetters("g", 10)).hasSize(1);
        assertThat(report(stream, "g").pending()).isZero();
        assertThat(stream.monitor().length()).isEqualTo(1);
    }

    @Test
    void aStreamWithoutAGroupKeepsEverything() {
        RedisEventStream stream = open(builder().capacity(10).retainFor(ofMillis(0)));
        for (int i = 0; i < 10; i++) {
            stream.publish(counted(i));
        }
        assertThatThrownBy(() -> stream.publish(counted(10))).isInstanceOf(StreamFullException.class);
        var numbers = new CountDownLatch(10);
        stream.group("late").subscribe(Counted.class, event -> numbers.countDown());
        Await.until("all are there", () -> numbers.getCount() == 0);
    }

    @Test
    void anEventThatIsTooLargeIsRefusedBeforeItIsSent() {
        RedisEventStream stream = open(builder().maxEventBytes(100));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stream.publish(counted(1)))
                .withMessageStartingWith("an event must have at most 100 bytes, had ");
    }

    @Test
    void oneDeadLetterTooManyStaysPending() {
        RedisEventStream stream = open(builder().maxDeadLetters(2));
        var attempts = new AtomicInteger();
        stream.group("g").maxDeliveries(1).retryAfter(ofMillis(1)).subscribe(Counted.class, event -> {
            attempts.incrementAndGet();
            throw new IOException("no");
        });
        for (int i = 0; i < 3; i++) {
            stream.publish(counted(i));
        }
        Await.until("it is tried again", () -> attempts.get() >= 4);
        assertThat(report(stream, "g").dead()).isEqualTo(2);
        assertThat(report(stream, "g").pending()).isEqualTo(1);
        assertThat(stream.discard("g", letter -> true)).isEqualTo(2);
        Await.until("there is room for it", () -> report(stream, "g").dead() == 1);
        assertThat(report(stream, "g").pending()).isZero();
    }

    @Test
    void aGroupThatWasSetBackGetsAnewWhatIsStillThere() {
        RedisEventStream stream = open(builder());
        List<Integer> numbers = Collections.synchronizedList(new ArrayList<>());
        stream.group("g")
                .subscribe(Counted.class, event -> numbers.add(event.data().number()));
        stream.publish(counted(1));
        stream.publish(counted(2));
        Await.until("both are handled", () -> report(stream, "g").handled() == 2);
        assertThat(stream.rewind("g", Instant.EPOCH)).isTrue();
        Await.until("both are handled again", () -> report(stream, "g").handled() == 4);
        assertThat(numbers).containsExactly(1, 2, 1, 2);
        assertThat(stream.rewind("nobody", Instant.EPOCH)).isFalse();
    }

    @Test
    void aGroupThatWasDroppedHoldsNothingBack() {
        RedisEventStream stream = open(builder().capacity(5));
        stream.group("gone")
                .maxDeliveries(1)
                .subscribe(Counted.class, event -> {})
                .close();
        stream.group("g").subscribe(Counted.class, event -> {});
        for (int i = 0; i < 5; i++) {
            stream.publish(counted(i));
        }
        Await.until("one group is done", () -> report(stream, "g").handled() == 5);
        assertThatThrownBy(() -> stream.publish(counted(5))).isInstanceOf(StreamFullException.class);
        assertThat(stream.dropGroup("gone")).isTrue();
        assertThat(stream.dropGroup("gone")).isFalse();
        stream.publish(counted(5));
        assertThat(stream.monitor().groups())
                .extracting(StreamReport.Group::name)
                .containsExactly("g");
    }

    @Test
    void whatANodeHasFetchedAndWasErasedIsNotDelivered() {
        RedisEventStream stream = open(builder());
        var inside = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        List<String> tenants = Collections.synchronizedList(new ArrayList<>());
        stream.group("g").maxConcurrency(1).subscribe(Counted.class, event -> {
            inside.countDown();
            release.await();
            tenants.add(event.tenant().id() + event.data().number());
        });
        Tenant other = Tenant.of("other");
        for (Priority priority : Priority.values()) {
            stream.publish(counted(priority.ordinal()).priority(priority));
            stream.publish(Envelope.of(new Counted(priority.ordinal()))
                    .source("/kit")
                    .tenant(other)
                    .priority(priority));
        }
        Await.until("one is begun", () -> inside.getCount() == 0);
        assertThat(stream.erase(other).records()).isEqualTo(4);
        stream.publish(counted(9).priority(Priority.LOW));
        release.countDown();
        Await.until("the rest is handled", () -> report(stream, "g").handled() == 5);
        assertThat(tenants).noneMatch(tenant -> tenant.startsWith("other"));
    }

    @Test
    void whatIsDeliveredTwiceIsDoneOnceBehindAnInbox() {
        RedisEventStream stream = open(builder());
        var inbox = LocalInbox.create();
        Set<UUID> done = ConcurrentHashMap.newKeySet();
        var deliveries = new AtomicInteger();
        var repeated = new AtomicInteger();
        var handler = inbox.<Counted>once((work, event) -> work.afterCommit(() -> {
            if (!done.add(event.id())) {
                repeated.incrementAndGet();
            }
        }));
        stream.group("g").maxConcurrency(4).subscribe(Counted.class, event -> {
            deliveries.incrementAndGet();
            handler.handle(event);
        });
        IntStream.range(0, 100).forEach(i -> stream.publish(counted(i)));
        Await.until("all are done", () -> done.size() == 100);
        Await.until("all are finished", () -> report(stream, "g").pending() == 0);
        stream.rewind("g", Instant.EPOCH);
        Await.until("all came again", () -> deliveries.get() == 200);
        assertThat(repeated).hasValue(0);
    }

    @Test
    void aLaneBeginsBelowEveryFenceAndTheLanesAreBounded() {
        RedisEventStream stream = open(builder());
        assertThat(stream.sink().resume("probe", 0, new Fence(0, 0))).isEqualTo(new Resumption.Stale(new Fence(0, 0)));
        assertThat(stream.sink().resume("probe", 0, new Fence(0, 1))).isEqualTo(new Resumption.Left(Set.of()));
        assertThat(stream.sink().resume("probe", 0, new Fence(Long.MAX_VALUE, Long.MAX_VALUE)))
                .isEqualTo(new Resumption.Left(Set.of()));
        assertThat(stream.sink().resume("probe", 0, new Fence(Long.MAX_VALUE, Long.MAX_VALUE - 1)))
                .isEqualTo(new Resumption.Stale(new Fence(Long.MAX_VALUE, Long.MAX_VALUE)));
        assertThatIllegalArgumentException().isThrownBy(() -> stream.sink().resume("", 0, new Fence(0, 1)));
        assertThatIllegalArgumentException().isThrownBy(() -> stream.sink().resume("s", 1_024, new Fence(0, 1)));
    }

    @Test
    void aBatchThatIsTooLargeForOneCallIsTakenInPartAndInOrder() {
        RedisEventStream stream = open(builder().maxEventBytes(16 << 20));
        List<EncodedEvent> large = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            large.add(EncodedEvent.of(
                    UUID.randomUUID(), "kit.counted", KitEvents.TENANT, "k", Priority.NORMAL, new byte[15 << 20]));
        }
        large.add(encoded(4, "k"));
        assertThat(((Delivery.Answered) stream.sink().deliver(new EventBatch("s", 0, new Fence(1, 1), large)))
                        .results())
                .extracting(Delivery.Result::outcome)
                .containsExactly(
                        Delivery.Outcome.DELIVERED,
                        Delivery.Outcome.DELIVERED,
                        Delivery.Outcome.NOT_TRIED,
                        Delivery.Outcome.NOT_TRIED);
        assertThat(stream.erase(KitEvents.TENANT).records()).isEqualTo(2);
    }

    @Test
    void namesAndSettingsThatCannotBeAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> RedisEventStream.on(redis, " events", KitEvents.CODEC));
        assertThatIllegalArgumentException().isThrownBy(() -> builder().namespace(" "));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().capacity(0))
                .withMessage("capacity must be 1 to 100000000, was 0");
        assertThatIllegalArgumentException().isThrownBy(() -> builder().reclaimAfter(ofMillis(99)));
        assertThatIllegalArgumentException().isThrownBy(() -> builder().batch(501));
        assertThatIllegalArgumentException().isThrownBy(() -> builder().maxEventBytes(17 << 20));
        assertThatIllegalArgumentException().isThrownBy(() -> builder().maxDeadLetters(0));
        assertThatIllegalArgumentException().isThrownBy(() -> builder().retainFor(ofMillis(-1)));
        RedisEventStream stream = open(builder());
        assertThatIllegalArgumentException().isThrownBy(() -> stream.deadLetters("g", 0));
    }

    private RedisEventStream.Builder builder() {
        return RedisEventStream.builder(redis, name, KitEvents.CODEC);
    }

    private RedisEventStream open(RedisEventStream.Builder builder) {
        RedisEventStream stream = builder.build();
        streams.add(stream);
        return stream;
    }

    private static StreamReport.Group report(RedisEventStream stream, String group) {
        return stream.monitor().groups().stream()
                .filter(g -> g.name().equals(group))
                .findFirst()
                .orElseThrow();
    }
}
