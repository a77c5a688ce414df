package dev.mneme.events.stream;

import static dev.mneme.events.stream.KitEvents.counted;
import static dev.mneme.events.stream.KitEvents.encoded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.events.EventCodec;
import dev.mneme.events.EventRegistry;
import dev.mneme.events.Priority;
import dev.mneme.events.UnknownAction;
import dev.mneme.events.stream.Delivery.Outcome;
import dev.mneme.events.stream.KitEvents.Counted;
import dev.mneme.events.stream.KitEvents.Named;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LocalEventStreamTest extends EventStreamContract {

    private final MovableTime time = new MovableTime();

    @Override
    protected EventStream open(EventCodec codec) {
        return LocalEventStream.builder(codec).ticker(time).clock(time).build();
    }

    @Override
    protected EventStream reopen(EventStream stream, EventCodec codec) {
        return null;
    }

    @Override
    protected void advance(Duration by) {
        time.advance(by);
    }

    private LocalEventStream.Builder builder() {
        return LocalEventStream.builder(KitEvents.CODEC).ticker(time).clock(time);
    }

    @Test
    void ofFifteenDeliveriesEachPriorityGetsItsTurns() {
        List<Priority> order = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 40; i++) {
            for (Priority priority : Priority.values()) {
                stream().publish(counted(i).priority(priority));
            }
        }
        stream().group("g").subscribe(Counted.class, event -> order.add(event.priority()));
        Await.until("all are handled", () -> order.size() == 160);
        for (int from = 0; from + 15 <= 60; from += 15) {
            List<Priority> turns = order.subList(from, from + 15);
            assertThat(Collections.frequency(turns, Priority.CRITICAL)).isEqualTo(8);
            assertThat(Collections.frequency(turns, Priority.HIGH)).isEqualTo(4);
            assertThat(Collections.frequency(turns, Priority.NORMAL)).isEqualTo(2);
            assertThat(Collections.frequency(turns, Priority.LOW)).isEqualTo(1);
        }
    }

    @Test
    void aFullStreamRefusesAndLosesNothing() {
        try (var stream = builder().capacity(2).build()) {
            var release = new CountDownLatch(1);
            var counts = new Counts();
            stream.group("g").subscribe(Counted.class, event -> {
                release.await();
                counts.handle(event);
            });
            stream.publish(counted(1));
            stream.publish(counted(2));
            assertThatThrownBy(() -> stream.publish(counted(3)))
                    .isInstanceOf(StreamFullException.class)
                    .hasMessageContaining("'local' holds 2 events");
            var batch = new EventBatch("s", 0, Fence.of(1), List.of(encoded(4), encoded(5)));
            assertThat(((Delivery.Answered) stream.sink().deliver(batch)).results())
                    .extracting(Delivery.Result::outcome)
                    .containsOnly(Outcome.NOT_TRIED);
            release.countDown();
            counts.await(2);
            Await.until("there is room", () -> {
                try {
                    stream.publish(counted(3));
                    return true;
                } catch (StreamFullException e) {
                    return false;
                }
            });
            counts.await(3);
            assertThat(counts.numbers()).containsExactly(1, 2, 3);
        }
    }

    @Test
    void deadLettersTakeRoomUntilTheyAreDiscarded() {
        try (var stream = builder().capacity(1).build()) {
            stream.group("g").maxDeliveries(1).subscribe(Counted.class, event -> {
                throw new IOException("no");
            });
            stream.publish(counted(1));
            Await.until("a dead letter", () -> stream.deadLetters("g", 1).size() == 1);
            assertThatThrownBy(() -> stream.publish(counted(2))).isInstanceOf(StreamFullException.class);
            stream.discard("g", letter -> true);
            stream.publish(counted(2));
        }
    }

    @Test
    void finishedEventsMakeRoomForOthersByTheBytesToo() {
        int size = encoded(1).size();
        try (var stream = builder().maxBytes(3L * size).build()) {
            for (int i = 0; i < 9; i++) {
                stream.publish(counted(i));
            }
            assertThat(stream.monitor().length()).isEqualTo(3);
            var release = new CountDownLatch(1);
            stream.group("g").subscribe(Counted.class, event -> release.await());
            assertThatThrownBy(() -> stream.publish(counted(9))).isInstanceOf(StreamFullException.class);
            release.countDown();
        }
    }

    @Test
    void onlyTheLastFinishedEventsAreKeptForGroupsThatComeLater() {
        try (var stream = builder().maxRetained(3).build()) {
            for (int i = 1; i <= 10; i++) {
                stream.publish(counted(i));
            }
            var counts = new Counts();
            stream.group("g").subscribe(Counted.class, counts);
            counts.await(3);
            assertThat(counts.numbers()).containsExactly(8, 9, 10);
        }
    }

    @Test
    void anEventThatIsTooLargeIsRefusedAndRejected() {
        try (var stream = builder().maxEventBytes(100).build()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> stream.publish(counted(1)))
                    .withMessageStartingWith("an event must have at most 100 bytes, had ");
            var batch = new EventBatch("s", 0, Fence.of(1), List.of(encoded(1)));
            assertThat(((Delivery.Answered) stream.sink().deliver(batch))
                            .results()
                            .get(0))
                    .satisfies(result -> {
                        assertThat(result.outcome()).isEqualTo(Outcome.REJECTED);
                        assertThat(result.reason()).startsWith("an event must have at most 100 bytes");
                    });
        }
    }

    @Test
    void closingGoesOnUntilWhatIsReadyIsHandled() {
        var stream = builder().build();
        var counts = new Counts();
        stream.group("g").drainFor(Duration.ofMinutes(2)).subscribe(Counted.class, event -> {
            Thread.onSpinWait();
            counts.handle(event);
        });
        for (int i = 1; i <= 500; i++) {
            stream.publish(counted(i));
        }
        stream.close();
        assertThat(counts.numbers()).hasSize(500);
    }

    @Test
    void closingWaitsNoLongerThanTheLongestDrain() throws Exception {
        var stream = builder().build();
        var inside = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        stream.group("g").drainFor(Duration.ofMillis(5)).subscribe(Counted.class, event -> {
            inside.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
        });
        stream.publish(counted(1));
        stream.publish(counted(2));
        inside.await();
        stream.close();
        interrupted.await();
        assertThat(stream.monitor().groups().get(0).consumers()).isZero();
    }

    @Test
    void whereTheCodecSaysSoNothingPassesWhatTheNodeCannotRead() {
        EventCodec strict = EventCodec.builder(EventRegistry.of(Counted.class, Named.class))
                .onUnknown(Priority.CRITICAL, UnknownAction.FAIL)
                .build();
        try (var stream = LocalEventStream.builder(strict).ticker(time).build()) {
            var counts = new Counts();
            stream.group("g")
                    .on(Counted.class, counts)
                    .on(Named.class, event -> {})
                    .subscribe();
            stream.sink().deliver(new EventBatch("s", 0, Fence.of(1), List.of(encoded(1))));
            counts.await(1);
            // the first in turn cannot be read, and the other would be next if it could be passed
            EncodedEvent unreadable =
                    EncodedEvent.of(KitEvents.newerNamed("x").priority(Priority.CRITICAL), KitEvents.NEWER_CODEC);
            stream.sink().deliver(new EventBatch("s", 0, Fence.of(2), List.of(unreadable, encoded(2))));
            for (int i = 0; i < 20; i++) {
                time.advance(Duration.ofSeconds(1));
                Await.until(
                        "it is the first still",
                        () -> stream.monitor().groups().get(0).lag().orElse(0) == 2);
            }
            assertThat(counts.numbers()).containsExactly(1);
            assertThat(stream.deadLetters("g", 1)).isEmpty();
        }
    }

    @Test
    void theLastOfManyGroupsDoesNotKeepWhatOthersFinished() {
        try (var stream = builder().maxRetained(0).build()) {
            var first = new AtomicInteger();
            var second = new AtomicInteger();
            stream.group("a").subscribe(Counted.class, event -> first.incrementAndGet());
            stream.group("b").subscribe(Counted.class, event -> second.incrementAndGet());
            for (int i = 0; i < 100; i++) {
                stream.publish(counted(i));
            }
            Await.until("all are handled", () -> first.get() == 100 && second.get() == 100);
            Await.until("nothing is kept", () -> stream.monitor().length() == 0);
        }
    }

    @Test
    void whatAHandlerDoesWithItsInterruptIsNotFeltByTheNext() {
        var seen = Collections.synchronizedList(new ArrayList<Boolean>());
        stream().group("g").subscribe(Counted.class, event -> {
            seen.add(Thread.currentThread().isInterrupted());
            Thread.currentThread().interrupt();
        });
        publish(1, 3);
        Await.until("all are handled", () -> seen.size() == 3);
        assertThat(seen).containsOnly(false);
    }

    @Test
    void anEventWhoseHandlerIgnoresItsInterruptGoesToAnotherAndItsLateEndCountsForNothing() throws Exception {
        var inside = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        Subscription first = stream().group("g").drainFor(Duration.ZERO).subscribe(Counted.class, event -> {
            inside.countDown();
            for (boolean released = false; !released; ) {
                try {
                    release.await();
                    released = true;
                } catch (InterruptedException e) {
                    // as one would not
                }
            }
        });
        publish(1, 1);
        inside.await();
        first.close();
        var counts = new Counts();
        stream().group("g").drainFor(Duration.ZERO).subscribe(Counted.class, counts);
        counts.await(1);
        release.countDown();
        Await.until("it is handled", () -> stream().monitor().groups().get(0).handled() == 1);
        assertThat(stream().monitor().groups().get(0).failures()).isZero();
    }
}
