package dev.mneme.events.stream;

import static dev.mneme.events.stream.KitEvents.TENANT;
import static dev.mneme.events.stream.KitEvents.counted;
import static dev.mneme.events.stream.KitEvents.encoded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.Tenant;
import dev.mneme.events.Envelope;
import dev.mneme.events.EventCodec;
import dev.mneme.events.Priority;
import dev.mneme.events.stream.KitEvents.Counted;
import dev.mneme.events.stream.KitEvents.Named;
import dev.mneme.events.stream.KitEvents.NamedV2;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link EventStream} must do. Its sink runs {@link EventSinkContract} beside this. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
public abstract class EventStreamContract {

    private static final Duration LONG = Duration.ofMinutes(10);

    private EventStream stream;
    private long fence;

    /** A stream of its own, empty, for events of this codec. */
    protected abstract EventStream open(EventCodec codec) throws Exception;

    /** The same stream, its events kept, on a node with another codec; null if no event outlives the stream's object. */
    protected abstract EventStream reopen(EventStream stream, EventCodec codec) throws Exception;

    /** Lets that much time pass for the stream, so that waits of that length are over. */
    protected abstract void advance(Duration by);

    @BeforeEach
    void openStream() throws Exception {
        stream = open(KitEvents.CODEC);
    }

    @AfterEach
    void closeStream() {
        stream.close();
    }

    @Test
    void everyGroupGetsEveryEvent() {
        var first = new Counts();
        var second = new Counts();
        stream.group("first").subscribe(Counted.class, first);
        stream.group("second").subscribe(Counted.class, second);
        publish(1, 100);
        first.await(100);
        second.await(100);
        assertThat(first.numbers()).isEqualTo(range(1, 100));
        assertThat(second.numbers()).isEqualTo(range(1, 100));
    }

    @Test
    void anEventComesAsItWasSent() {
        List<Envelope<Counted>> got = Collections.synchronizedList(new ArrayList<>());
        stream.group("g").subscribe(Counted.class, got::add);
        Envelope<Counted> sent = counted(7).key("k").priority(Priority.HIGH).header("color", "red");
        stream.publish(sent);
        Await.until("it comes", () -> got.size() == 1);
        assertThat(got).containsExactly(sent);
    }

    @Test
    void aGroupThatComesLaterBeginsWithTheOldestOrWithWhatComes() {
        publish(1, 3);
        var oldest = new Counts();
        var now = new Counts();
        stream.group("oldest").subscribe(Counted.class, oldest);
        stream.group("now").startAt(ConsumerGroup.Start.NOW).subscribe(Counted.class, now);
        publish(4, 5);
        oldest.await(5);
        now.await(2);
        assertThat(oldest.numbers()).isEqualTo(range(1, 5));
        assertThat(now.numbers()).containsExactly(4, 5);
    }

    @Test
    void theEventsOfAGroupAreSharedByItsSubscriptions() {
        var bothWork = new CountDownLatch(2);
        var counts = new Counts();
        for (int i = 0; i < 2; i++) {
            var first = new AtomicBoolean(true);
            stream.group("g").subscribe(Counted.class, event -> {
                if (first.getAndSet(false)) {
                    bothWork.countDown();
                    bothWork.await();
                }
                counts.handle(event);
            });
        }
        publish(1, 50);
        counts.await(50);
        assertThat(counts.sorted()).isEqualTo(range(1, 50));
    }

    @Test
    void aGroupMayHandleSeveralTypesAndOthersAreSkipped() {
        var counts = new Counts();
        List<String> names = Collections.synchronizedList(new ArrayList<>());
        stream.group("both")
                .on(Counted.class, counts)
                .on(Named.class, event -> names.add(event.data().name()))
                .subscribe();
        var counted = new Counts();
        stream.group("one").subscribe(Counted.class, counted);
        stream.publish(Envelope.of(new Named("n")).source("/kit").tenant(TENANT));
        publish(1, 1);
        counts.await(1);
        counted.await(1);
        Await.until("the name comes", () -> names.equals(List.of("n")));
        Await.until("one is skipped", () -> report("one").skipped() == 1);
        assertThat(report("one").dead()).isZero();
    }

    @Test
    void whatFailedComesAgainAndNotBeforeItsTime() {
        var attempts = new AtomicInteger();
        stream.group("g").retryAfter(Duration.ofMinutes(1)).subscribe(Counted.class, event -> {
            if (attempts.incrementAndGet() < 3) {
                throw new IOException("not yet");
            }
        });
        publish(1, 1);
        Await.until("the first delivery", () -> report("g").failures() == 1);
        advance(Duration.ofSeconds(55));
        var others = new Counts();
        stream.group("others").subscribe(Counted.class, others);
        publish(2, 2);
        others.await(2);
        assertThat(attempts.get()).as("deliveries of both events").isLessThanOrEqualTo(3);
        advance(LONG);
        Await.until("all are handled", () -> {
            advance(LONG);
            return report("g").handled() == 2;
        });
        assertThat(report("g").dead()).isZero();
    }

    @Test
    void whatFailsAsOftenAsItMayIsADeadLetterAndOthersGoOn() {
        var attempts = new AtomicInteger();
        var counts = new Counts();
        stream.group("g").maxDeliveries(3).subscribe(Counted.class, event -> {
            if (event.data().number() == 2) {
                attempts.incrementAndGet();
                throw new StackOverflowError();
            }
            counts.handle(event);
        });
        var other = new Counts();
        stream.group("other").subscribe(Counted.class, other);
        publish(1, 5);
        counts.await(4);
        awaitMovingTime("a dead letter", () -> report("g").dead() == 1);
        assertThat(attempts).hasValue(3);
        assertThat(counts.numbers()).containsExactly(1, 3, 4, 5);
        List<DeadLetter> letters = stream.deadLetters("g", 10);
        assertThat(letters).hasSize(1);
        assertThat(letters.get(0).reason()).isEqualTo(DeadLetter.Reason.FAILED);
        assertThat(letters.get(0).deliveries()).isEqualTo(3);
        assertThat(letters.get(0).group()).isEqualTo("g");
        assertThat(stream.deadLetters("other", 10)).isEmpty();
        other.await(5);
    }

    @Test
    void aDeadLetterThatIsRedrivenGoesToItsGroupAloneUnderTheSameId() {
        var broken = new AtomicBoolean(true);
        List<UUID> ids = Collections.synchronizedList(new ArrayList<>());
        stream.group("g").maxDeliveries(2).subscribe(Counted.class, event -> {
            if (broken.get()) {
                throw new IOException("no");
            }
            ids.add(event.id());
        });
        var other = new Counts();
        stream.group("other").subscribe(Counted.class, other);
        Envelope<Counted> first = counted(1);
        Envelope<Counted> second = counted(2);
        stream.publish(first);
        stream.publish(second);
        awaitMovingTime("two dead letters", () -> report("g").dead() == 2);
        broken.set(false);
        assertThat(stream.redrive("g", letter -> letter.event().id().equals(second.id())))
                .isEqualTo(1);
        Await.until("it is handled", () -> ids.equals(List.of(second.id())));
        assertThat(stream.deadLetters("g", 10))
                .extracting(letter -> letter.event().id())
                .containsExactly(first.id());
        assertThat(stream.redrive("g", letter -> true)).isEqualTo(1);
        Await.until("it is handled too", () -> ids.size() == 2);
        assertThat(stream.redrive("g", letter -> true)).isZero();
        publish(3, 3);
        other.await(3);
        assertThat(other.numbers()).containsExactly(1, 2, 3);
    }

    @Test
    void aRedrivenEventHasAllItsDeliveriesAgain() {
        var attempts = new AtomicInteger();
        stream.group("g").maxDeliveries(2).subscribe(Counted.class, event -> {
            attempts.incrementAndGet();
            throw new IOException("no");
        });
        publish(1, 1);
        awaitMovingTime("a dead letter", () -> report("g").dead() == 1);
        stream.redrive("g", letter -> true);
        awaitMovingTime("a dead letter again", () -> report("g").dead() == 1 && attempts.get() >= 4);
        assertThat(attempts).hasValue(4);
    }

    @Test
    void aDeadLetterThatIsDiscardedIsGone() {
        stream.group("g").maxDeliveries(1).subscribe(Counted.class, event -> {
            throw new IOException("no");
        });
        publish(1, 3);
        Await.until("three dead letters", () -> report("g").dead() == 3);
        assertThat(stream.deadLetters("g", 2)).hasSize(2);
        UUID first = stream.deadLetters("g", 1).get(0).event().id();
        assertThat(stream.discard("g", letter -> letter.event().id().equals(first)))
                .isEqualTo(1);
        assertThat(report("g").dead()).isEqualTo(2);
        assertThat(stream.discard("nobody", letter -> true)).isZero();
        assertThat(stream.deadLetters("nobody", 1)).isEmpty();
    }

    @Test
    void withOneHandlerAtATimeAKeyStaysInOrderWhateverFails() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        Map<Integer, Integer> failuresLeft = new HashMap<>();
        for (int i = 0; i < 200; i++) {
            failuresLeft.put(i, random.nextInt(5) == 0 ? 1 + random.nextInt(3) : 0);
        }
        Map<String, List<Integer>> byKey = new ConcurrentHashMap<>();
        stream.group("g").maxDeliveries(5).subscribe(Counted.class, event -> {
            int number = event.data().number();
            if (failuresLeft.merge(number, -1, Integer::sum) >= 0) {
                throw new IOException("not yet");
            }
            byKey.computeIfAbsent(event.key().orElseThrow(), k -> Collections.synchronizedList(new ArrayList<>()))
                    .add(number);
        });
        for (int i = 0; i < 200; i++) {
            stream.publish(counted(i).key("k" + i % 10));
        }
        awaitMovingTime("all are handled, seed " + seed, () -> report("g").handled() == 200);
        assertThat(byKey)
                .as("seed " + seed)
                .hasSize(10)
                .allSatisfy((key, numbers) -> assertThat(numbers).hasSize(20).isSorted());
    }

    @Test
    void aKeyThatIsHeldBackHoldsBackNoOther() {
        var counts = new Counts();
        stream.group("g").maxDeliveries(2).retryAfter(Duration.ofDays(1)).subscribe(Counted.class, event -> {
            if (event.data().number() == 1) {
                throw new IOException("not yet");
            }
            counts.handle(event);
        });
        stream.publish(counted(1).key("a"));
        stream.publish(counted(2).key("a"));
        stream.publish(counted(3).key("b"));
        stream.publish(counted(4));
        stream.publish(Envelope.of(new Counted(5))
                .source("/kit")
                .tenant(Tenant.of("other"))
                .key("a"));
        counts.await(3);
        assertThat(counts.numbers()).containsExactly(3, 4, 5);
        advance(Duration.ofDays(2));
        Await.until("a dead letter", () -> report("g").dead() == 1);
        counts.await(4);
        assertThat(counts.numbers()).containsExactly(3, 4, 5, 2);
    }

    @Test
    void asManyHandlersRunAtOnceAsMayAndNoMore() {
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        var all = new CountDownLatch(4);
        var counts = new Counts();
        stream.group("g").maxConcurrency(4).subscribe(Counted.class, event -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            all.countDown();
            all.await();
            counts.handle(event);
            running.decrementAndGet();
        });
        publish(1, 200);
        counts.await(200);
        assertThat(most).hasValue(4);
        assertThat(counts.sorted()).isEqualTo(range(1, 200));
    }

    @Test
    void aFloodOfCriticalEventsLeavesTheOthersTheirShare() {
        List<Priority> order = Collections.synchronizedList(new ArrayList<>());
        var published = new CountDownLatch(1);
        stream.group("g").subscribe(Counted.class, event -> {
            published.await();
            order.add(event.priority());
        });
        for (Priority priority : Priority.values()) {
            for (int i = 0; i < 300; i++) {
                stream.publish(counted(i).priority(priority));
            }
        }
        published.countDown();
        Await.until("half of all are handled", () -> order.size() >= 600);
        List<Priority> first = List.copyOf(order).subList(0, 300);
        // 160, 80, 40 and 20 by the weights; a server that fetches in batches may be off by some
        assertThat(Collections.frequency(first, Priority.LOW)).isBetween(10, 40);
        assertThat(Collections.frequency(first, Priority.NORMAL)).isBetween(25, 60);
        assertThat(Collections.frequency(first, Priority.HIGH)).isBetween(60, 100);
        assertThat(Collections.frequency(first, Priority.CRITICAL)).isBetween(130, 190);
    }

    @Test
    void whatThisNodeCannotReadIsParkedAndOthersPassIt() {
        List<String> names = Collections.synchronizedList(new ArrayList<>());
        stream.group("g").subscribe(Named.class, event -> names.add(event.data().name()));
        deliver(KitEvents.newer("Ada Lovelace"));
        stream.publish(Envelope.of(new Named("Ada")).source("/kit").tenant(TENANT));
        Await.until("the other passes", () -> names.equals(List.of("Ada")));
        Await.until("it is parked", () -> report("g").dead() == 1);
        assertThat(stream.deadLetters("g", 1).get(0).reason()).isEqualTo(DeadLetter.Reason.UNKNOWN);
    }

    @Test
    void afterAnUpgradeAParkedEventIsRedriven() throws Exception {
        List<String> names = Collections.synchronizedList(new ArrayList<>());
        stream.group("g").subscribe(Named.class, event -> names.add(event.data().name()));
        EncodedEvent sent = KitEvents.newer("Ada Lovelace");
        deliver(sent);
        Await.until("it is parked", () -> report("g").dead() == 1);
        EventStream upgraded = reopen(stream, KitEvents.NEWER_CODEC);
        if (upgraded == null) {
            // no event outlives the process, so none can meet a newer one; what is parked has kept its bytes at least
            assertThat(stream.deadLetters("g", 1).get(0).event()).isEqualTo(sent);
            return;
        }
        stream = upgraded;
        stream.group("g")
                .subscribe(NamedV2.class, event -> names.add(event.data().fullName()));
        assertThat(stream.redrive("g", letter -> letter.reason() == DeadLetter.Reason.UNKNOWN))
                .isEqualTo(1);
        Await.until("it is handled", () -> names.equals(List.of("Ada Lovelace")));
    }

    @Test
    void whatIsNoEventIsADeadLetterAtOnce() {
        var counts = new Counts();
        stream.group("g").subscribe(Counted.class, counts);
        EncodedEvent malformed = KitEvents.malformed();
        deliver(malformed);
        publish(1, 1);
        counts.await(1);
        Await.until("a dead letter", () -> report("g").dead() == 1);
        DeadLetter letter = stream.deadLetters("g", 1).get(0);
        assertThat(letter.reason()).isEqualTo(DeadLetter.Reason.MALFORMED);
        assertThat(letter.event()).isEqualTo(malformed);
    }

    @Test
    void whatARelayDeliversReachesTheGroups() {
        var counts = new Counts();
        stream.group("g").subscribe(Counted.class, counts);
        deliver(encoded(1, "a"), encoded(2, "a"));
        deliver(encoded(3, "a"));
        counts.await(3);
        assertThat(counts.numbers()).containsExactly(1, 2, 3);
    }

    @Test
    void handlersRunOnThreadsOfTheStreamAndUnderNoLock() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        var counts = new Counts();
        var other = new Counts();
        stream.group("other").subscribe(Counted.class, other);
        stream.group("g").subscribe(Counted.class, event -> {
            threads.add(Thread.currentThread());
            // a lock held around this call would be in the way
            var inner = new Thread(() -> {
                stream.monitor();
                if (event.data().number() < 100) {
                    publish(100, 100);
                }
            });
            inner.start();
            inner.join(TimeUnit.MINUTES.toMillis(1));
            assertThat(inner.isAlive()).isFalse();
            counts.handle(event);
        });
        publish(1, 1);
        counts.await(2);
        other.await(2);
        assertThat(threads).doesNotContain(Thread.currentThread());
    }

    @Test
    void closingASubscriptionWaitsForItsHandlersAndLeavesTheRestToOthers() throws Exception {
        var inside = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var counts = new Counts();
        Subscription first = stream.group("g").drainFor(Duration.ofMinutes(2)).subscribe(Counted.class, event -> {
            inside.countDown();
            release.await();
            counts.handle(event);
        });
        publish(1, 10);
        inside.await();
        var closer = new Thread(first::close);
        closer.start();
        Await.until("it waits", () -> closer.getState() == Thread.State.TIMED_WAITING);
        release.countDown();
        closer.join();
        assertThat(counts.numbers()).containsExactly(1);
        first.close();
        stream.group("g").subscribe(Counted.class, counts);
        awaitMovingTime("the rest is handled", () -> counts.sorted().size() == 10);
        assertThat(counts.sorted()).isEqualTo(range(1, 10));
    }

    @Test
    void aHandlerThatDoesNotFinishIsInterruptedAndItsEventGoesToAnother() throws Exception {
        var inside = new CountDownLatch(1);
        var never = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        Subscription first = stream.group("g").drainFor(Duration.ofMillis(10)).subscribe(Counted.class, event -> {
            inside.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
        });
        publish(1, 1);
        inside.await();
        first.close();
        assertThat(interrupted.await(1, TimeUnit.MINUTES)).isTrue();
        var counts = new Counts();
        stream.group("g").drainFor(Duration.ofMillis(10)).subscribe(Counted.class, counts);
        awaitMovingTime("the other handles it", () -> counts.numbers().equals(List.of(1)));
        assertThat(report("g").dead()).isZero();
    }

    @Test
    void aHandlerMayCloseItsOwnSubscription() {
        var subscription = new AtomicReference<Subscription>();
        var ready = new CountDownLatch(1);
        var counts = new Counts();
        subscription.set(stream.group("g").drainFor(Duration.ofHours(1)).subscribe(Counted.class, event -> {
            ready.await();
            subscription.get().close();
            counts.handle(event);
        }));
        ready.countDown();
        publish(1, 2);
        counts.await(1);
        assertThat(counts.numbers()).containsExactly(1);
    }

    @Test
    void whatWasErasedIsNotDelivered() {
        stream.group("g").maxDeliveries(1).subscribe(Counted.class, event -> {
            throw new IOException("no");
        });
        publish(1, 2);
        Await.until("two dead letters", () -> report("g").dead() == 2);
        stream.publish(Envelope.of(new Counted(3)).source("/kit").tenant(Tenant.of("other")));
        Await.until("three dead letters", () -> report("g").dead() == 3);
        assertThat(stream.erase(TENANT).records()).isEqualTo(2);
        assertThat(stream.deadLetters("g", 10))
                .extracting(letter -> letter.event().tenant())
                .containsExactly(Tenant.of("other"));
        assertThat(stream.erase(TENANT).records()).isZero();
        var counts = new Counts();
        stream.group("later").subscribe(Counted.class, counts);
        publish(4, 4);
        counts.await(2);
        assertThat(counts.sorted()).containsExactly(3, 4);
    }

    @Test
    void theReportSaysWhereEachGroupIs() {
        stream.group("g")
                .maxDeliveries(1)
                .on(Counted.class, event -> {
                    if (event.data().number() == 1) {
                        throw new IOException("no");
                    }
                })
                .subscribe();
        publish(1, 3);
        Await.until(
                "all are done", () -> report("g").handled() == 2 && report("g").dead() == 1);
        StreamReport.Group group = report("g");
        assertThat(group.pending()).isZero();
        assertThat(group.lag().orElse(0)).isZero();
        assertThat(group.oldest()).isEqualTo(Duration.ZERO);
        assertThat(group.consumers()).isEqualTo(1);
        assertThat(group.failures()).isEqualTo(1);
        assertThat(stream.monitor().length()).isEqualTo(3);
        assertThat(stream.monitor().table()).contains("group", "g ", "3 events");
    }

    @Test
    void aClosedStreamTakesNothing() {
        stream.close();
        stream.close();
        assertThatThrownBy(() -> publish(1, 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> deliver(encoded(1))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> stream.group("g").subscribe(Counted.class, event -> {}))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void groupsThatCannotBeAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> stream.group(" g"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stream.group("g").subscribe())
                .withMessage("a subscription must have at least one handler, had none");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stream.group("g").maxConcurrency(0))
                .withMessage("maxConcurrency must be 1 to 1000, was 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stream.group("g").maxDeliveries(0))
                .withMessage("maxDeliveries must be 1 to 1000, was 0");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> stream.group("g").on(Counted.class, event -> {}).on(Counted.class, event -> {}));
        stream.group("g").subscribe(Counted.class, event -> {});
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stream.group("g").maxDeliveries(9).subscribe(Counted.class, event -> {}));
        assertThatIllegalArgumentException().isThrownBy(() -> stream.group("g").subscribe(Named.class, event -> {}));
    }

    protected final EventStream stream() {
        return stream;
    }

    /** Waits for something that takes waits of the stream to be over. */
    protected final void awaitMovingTime(String what, BooleanSupplier condition) {
        Await.until(what, () -> {
            advance(Duration.ofMinutes(1));
            return condition.getAsBoolean();
        });
    }

    protected final void publish(int first, int last) {
        for (int i = first; i <= last; i++) {
            stream.publish(counted(i));
        }
    }

    private void deliver(EncodedEvent... events) {
        var answer = (Delivery.Answered)
                stream.sink().deliver(new EventBatch("kit", 0, new Fence(1, ++fence), List.of(events)));
        assertThat(answer.results()).allMatch(Delivery.Result::isSettled);
    }

    private StreamReport.Group report(String group) {
        return stream.monitor().groups().stream()
                .filter(g -> g.name().equals(group))
                .findFirst()
                .orElseThrow();
    }

    private static List<Integer> range(int first, int last) {
        return IntStream.rangeClosed(first, last).boxed().toList();
    }

    /** Keeps the numbers that it is given. */
    protected static final class Counts implements EventHandler<Counted> {

        private final List<Integer> numbers = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void handle(Envelope<Counted> event) {
            numbers.add(event.data().number());
        }

        void await(int different) {
            Await.until(different + " events", () -> new HashSet<>(numbers()).size() >= different);
        }

        /** In the order in which they came. */
        List<Integer> numbers() {
            return List.copyOf(numbers);
        }

        /** Each once, since an event may come twice. */
        List<Integer> sorted() {
            return numbers().stream().distinct().sorted().toList();
        }
    }
}
