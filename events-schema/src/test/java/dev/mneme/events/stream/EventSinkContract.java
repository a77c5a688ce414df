package dev.mneme.events.stream;

import static dev.mneme.events.stream.Delivery.Outcome.DELIVERED;
import static dev.mneme.events.stream.Delivery.Outcome.DUPLICATE;
import static dev.mneme.events.stream.Delivery.Outcome.NOT_TRIED;
import static dev.mneme.events.stream.Delivery.Outcome.REJECTED;
import static dev.mneme.events.stream.KitEvents.encoded;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.events.stream.Delivery.Outcome;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link EventSink} must do. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
public abstract class EventSinkContract {

    private static final String SOURCE = "orders";

    /** The sink of this test, empty at its beginning. */
    protected abstract EventSink sink();

    /** The ids of all events in the sink in their order, once at least so many are there. */
    protected abstract List<UUID> stored(int atLeast);

    /** An event that the sink rejects. */
    protected abstract EncodedEvent rejected(String key);

    @Test
    void aBatchStandsInItsOrder() {
        List<EncodedEvent> events = List.of(encoded(1, "a"), encoded(2), encoded(3, "a"));
        assertThat(outcomes(deliver(0, new Fence(1, 1), events))).containsExactly(DELIVERED, DELIVERED, DELIVERED);
        assertThat(stored(3)).isEqualTo(ids(events));
    }

    @Test
    void theAnswerNamesTheEventsInTheOrderOfTheBatch() {
        List<EncodedEvent> events = List.of(encoded(1), encoded(2), encoded(3));
        var answer = (Delivery.Answered) deliver(0, new Fence(1, 1), events);
        assertThat(answer.results()).extracting(Delivery.Result::id).isEqualTo(ids(events));
        assertThat(answer.results()).allMatch(Delivery.Result::isSettled);
    }

    @Test
    void aBatchWithALowerFenceDoesNothingAndIsToldWhoOwnsTheLane() {
        deliver(0, new Fence(2, 1), List.of(encoded(1)));
        assertThat(deliver(0, new Fence(1, 9), List.of(encoded(2)))).isEqualTo(new Delivery.Stale(new Fence(2, 1)));
        assertThat(stored(1)).hasSize(1);
    }

    @Test
    void aBatchThatIsRepeatedOnItsWayDoesNothing() {
        List<EncodedEvent> events = List.of(encoded(1));
        deliver(0, new Fence(1, 1), events);
        assertThat(deliver(0, new Fence(1, 1), events)).isInstanceOf(Delivery.Stale.class);
        assertThat(stored(1)).hasSize(1);
    }

    @Test
    void theEpochGoesBeforeTheNumber() {
        deliver(0, new Fence(1, 500), List.of(encoded(1)));
        assertThat(outcomes(deliver(0, new Fence(2, 1), List.of(encoded(2))))).containsExactly(DELIVERED);
    }

    @Test
    void aStaleBatchDoesNotRaiseTheFence() {
        deliver(0, new Fence(2, 5), List.of(encoded(1)));
        deliver(0, new Fence(1, 9), List.of(encoded(2)));
        assertThat(outcomes(deliver(0, new Fence(2, 6), List.of(encoded(3))))).containsExactly(DELIVERED);
    }

    @Test
    void whoAsksLearnsWhatTheLastBatchLeft() {
        List<EncodedEvent> events = List.of(encoded(1), encoded(2));
        deliver(0, new Fence(1, 1), List.of(encoded(0)));
        deliver(0, new Fence(1, 2), events);
        assertThat(resume(0, new Fence(2, 1))).isEqualTo(new Resumption.Left(Set.copyOf(ids(events))));
    }

    @Test
    void ofALaneWithoutABatchNothingIsLeft() {
        assertThat(resume(7, new Fence(1, 1))).isEqualTo(new Resumption.Left(Set.of()));
    }

    @Test
    void whoeverGetsNoAnswerMayAskAgainAndLearnsTheSame() {
        List<EncodedEvent> events = List.of(encoded(1), encoded(2));
        deliver(0, new Fence(1, 1), events);
        Resumption first = resume(0, new Fence(2, 1));
        assertThat(resume(0, new Fence(2, 2))).isEqualTo(first);
    }

    @Test
    void aBatchThatArrivesAfterTheQuestionIsStaleAndLeavesNothing() {
        assertThat(resume(0, new Fence(1, 2))).isEqualTo(new Resumption.Left(Set.of()));
        assertThat(deliver(0, new Fence(1, 1), List.of(encoded(1)))).isEqualTo(new Delivery.Stale(new Fence(1, 2)));
        assertThat(deliver(0, new Fence(1, 2), List.of(encoded(2)))).isEqualTo(new Delivery.Stale(new Fence(1, 2)));
        deliver(0, new Fence(1, 3), List.of(encoded(3)));
        assertThat(stored(1)).hasSize(1);
    }

    @Test
    void aQuestionFromAFormerOwnerIsStale() {
        deliver(0, new Fence(3, 1), List.of(encoded(1)));
        assertThat(resume(0, new Fence(2, 7))).isEqualTo(new Resumption.Stale(new Fence(3, 1)));
        assertThat(resume(0, new Fence(3, 1))).isEqualTo(new Resumption.Stale(new Fence(3, 1)));
    }

    @Test
    void whatTheLastBatchLeftIsNotAppendedAgain() {
        EncodedEvent first = encoded(1);
        EncodedEvent second = encoded(2);
        deliver(0, new Fence(1, 1), List.of(first));
        resume(0, new Fence(2, 1));
        assertThat(outcomes(deliver(0, new Fence(2, 2), List.of(first, second))))
                .containsExactly(DUPLICATE, DELIVERED);
        assertThat(stored(2)).containsExactly(first.id(), second.id());
        assertThat(resume(0, new Fence(2, 3))).isEqualTo(new Resumption.Left(Set.of(first.id(), second.id())));
    }

    @Test
    void lanesAndSourcesAreApart() {
        EncodedEvent event = encoded(1);
        deliver(0, new Fence(5, 1), List.of(event));
        assertThat(outcomes(deliver(1, new Fence(1, 1), List.of(encoded(2))))).containsExactly(DELIVERED);
        assertThat(sink().resume("payments", 0, new Fence(1, 1))).isEqualTo(new Resumption.Left(Set.of()));
        assertThat(resume(0, new Fence(5, 2))).isEqualTo(new Resumption.Left(Set.of(event.id())));
    }

    @Test
    void aKeyStopsAtItsFirstRejectedEventAndOtherKeysGoOn() {
        List<EncodedEvent> events =
                List.of(encoded(1, "a"), rejected("a"), encoded(3, "a"), encoded(4, "b"), encoded(5), encoded(6, "a"));
        assertThat(outcomes(deliver(0, new Fence(1, 1), events)))
                .containsExactly(DELIVERED, REJECTED, NOT_TRIED, DELIVERED, DELIVERED, NOT_TRIED);
        List<UUID> standing =
                List.of(events.get(0).id(), events.get(3).id(), events.get(4).id());
        assertThat(stored(3)).isEqualTo(standing);
        assertThat(resume(0, new Fence(1, 2))).isEqualTo(new Resumption.Left(Set.copyOf(standing)));
    }

    /** A lane whose owner crashes, loses answers and is overtaken; what stands at the end is each event once, in order. */
    @Test
    void howeverOwnersFailEachEventStandsOnceAndInOrder() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        var pending = new ArrayList<EncodedEvent>();
        var all = new ArrayList<UUID>();
        for (int i = 0; i < 300; i++) {
            pending.add(encoded(i, "k" + i % 7));
            all.add(pending.get(i).id());
        }
        var fence = new Fence(1, 1);
        var late = new ArrayList<EventBatch>();
        while (!pending.isEmpty()) {
            int count = 1 + random.nextInt(Math.min(20, pending.size()));
            var batch = new EventBatch(SOURCE, 3, fence, List.copyOf(pending.subList(0, count)));
            int fate = random.nextInt(4);
            Set<UUID> settled = new HashSet<>();
            if (fate < 2) {
                // delivered and answered, or delivered and the answer lost
                Delivery delivery = sink().deliver(batch);
                if (fate == 0) {
                    ((Delivery.Answered) delivery)
                            .results().stream()
                                    .filter(Delivery.Result::isSettled)
                                    .forEach(r -> settled.add(r.id()));
                }
            } else if (fate == 2) {
                late.add(batch);
            }
            if (fate > 0) {
                fence = random.nextBoolean() ? fence.nextEpoch() : fence.next();
                settled.addAll(((Resumption.Left) resume(3, fence)).ids());
            }
            for (EventBatch old : late) {
                assertThat(sink().deliver(old)).as("seed " + seed).isInstanceOf(Delivery.Stale.class);
            }
            pending.removeIf(event -> settled.contains(event.id()));
            fence = fence.next();
        }
        assertThat(stored(300)).as("seed " + seed).isEqualTo(all);
    }

    private Delivery deliver(int lane, Fence fence, List<EncodedEvent> events) {
        return sink().deliver(new EventBatch(SOURCE, lane, fence, events));
    }

    private Resumption resume(int lane, Fence fence) {
        return sink().resume(SOURCE, lane, fence);
    }

    private static List<Outcome> outcomes(Delivery delivery) {
        return ((Delivery.Answered) delivery)
                .results().stream().map(Delivery.Result::outcome).toList();
    }

    private static List<UUID> ids(List<EncodedEvent> events) {
        return events.stream().map(EncodedEvent::id).toList();
    }
}
