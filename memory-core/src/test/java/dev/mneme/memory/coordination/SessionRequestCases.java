package dev.mneme.memory.coordination;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Data with versions, and one request at a time. */
abstract class SessionRequestCases extends SessionLifeCases {

    private static RequestAttempt.Begun begun(RequestAttempt attempt) {
        return attempt.fold(
                begun -> begun,
                busy -> {
                    throw new AssertionError("it was busy");
                },
                none -> {
                    throw new AssertionError("there was no session");
                });
    }

    @Test
    void dataIsChangedOnlyByWhoReadItLast() {
        Session read = onA.open(ANN).optional().orElseThrow();
        SessionUpdate first = onA.update(ANN, read.version(), Map.of("step", "1"));
        SessionUpdate second = onB.update(ANN, read.version(), Map.of("step", "2"));

        assertThat(first.isUpdated()).isTrue();
        Session present = ((SessionUpdate.Conflict) second).present();
        assertThat(present.data()).containsExactly(Map.entry("step", "1"));
        assertThat(onB.update(ANN, present.version(), Map.of("step", "2", "q", "ё\n\""))
                        .isUpdated())
                .isTrue();
        assertThat(onA.find(ANN).orElseThrow().data()).isEqualTo(Map.of("step", "2", "q", "ё\n\""));
        assertThat(onA.update(BOB, 1, Map.of())).isInstanceOf(SessionUpdate.NoSession.class);
    }

    @Test
    void oneOfManyWritersWithTheSameVersionWins() throws Exception {
        long version = onA.open(ANN).optional().orElseThrow().version();
        List<Future<Boolean>> writers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            SessionRegistry registry = i % 2 == 0 ? onA : onB;
            String value = "w" + i;
            writers.add(inBackground(
                    () -> registry.update(ANN, version, Map.of("by", value)).isUpdated()));
        }
        int won = 0;
        for (Future<Boolean> writer : writers) {
            won += await(writer) ? 1 : 0;
        }
        assertThat(won).isEqualTo(1);
    }

    @Test
    void aSecondRequestIsBusyHereAndElsewhereUntilTheFirstIsDone() {
        onA.open(ANN);
        var first = begun(onA.beginRequest(ANN, ZERO));

        assertThat(first.session().turns()).isEqualTo(1);
        assertThat(onA.beginRequest(ANN, ZERO)).isInstanceOf(RequestAttempt.Busy.class);
        assertThat(onB.beginRequest(ANN, ZERO)).isInstanceOf(RequestAttempt.Busy.class);
        first.lease().close();
        var second = begun(onB.beginRequest(ANN, ZERO));
        assertThat(second.session().turns()).as("the refused count for nothing").isEqualTo(2);
        assertThat(second.lease().fencingToken()).isGreaterThan(first.lease().fencingToken());
        first.lease().close();
        assertThat(onA.beginRequest(ANN, ZERO)).isInstanceOf(RequestAttempt.Busy.class);
    }

    @Test
    void aRequestWaitsForTheOneThatRunsUpToItsBound() throws Exception {
        onA.open(ANN);
        var first = begun(onA.beginRequest(ANN, ZERO));
        Future<RequestAttempt> here = inBackground(() -> onA.beginRequest(ANN, ofSeconds(60)));
        first.lease().close();
        var second = begun(await(here));
        Future<RequestAttempt> there = inBackground(() -> onB.beginRequest(ANN, ofSeconds(60)));
        second.lease().close();
        var third = begun(await(there));

        Future<RequestAttempt> bounded = inBackground(() -> onA.beginRequest(ANN, Duration.ofMillis(300)));
        passUntilDone(bounded);
        assertThat(await(bounded)).isInstanceOf(RequestAttempt.Busy.class);
        assertThat(third.lease().isHeld()).isTrue();
    }

    @Test
    void aSessionThatIsNotLiveHasNoRequests() {
        assertThat(onA.beginRequest(ANN, ofSeconds(60))).isInstanceOf(RequestAttempt.NoSession.class);
        onA.open(ANN);
        onB.close(ANN);
        assertThat(onA.beginRequest(ANN, ofSeconds(60))).isInstanceOf(RequestAttempt.NoSession.class);
    }

    @Test
    void requestsOfManyThreadsOnTwoInstancesRunOneAtATime() throws Exception {
        onA.open(ANN);
        var inside = new AtomicInteger();
        List<Long> tokens = new ArrayList<>(); // written by whoever runs
        List<Future<Boolean>> all = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            SessionRegistry registry = t % 2 == 0 ? onA : onB;
            all.add(inBackground(() -> {
                for (int i = 0; i < 10; i++) {
                    var begun = begun(registry.beginRequest(ANN, ofSeconds(60)));
                    assertThat(inside.incrementAndGet()).isEqualTo(1);
                    tokens.add(begun.lease().fencingToken());
                    inside.decrementAndGet();
                    begun.lease().close();
                }
                return true;
            }));
        }
        for (Future<Boolean> one : all) {
            assertThat(await(one)).isTrue();
        }
        assertThat(tokens).hasSize(40).isSorted().doesNotHaveDuplicates();
        assertThat(onA.find(ANN).orElseThrow().turns()).isEqualTo(40);
    }

    @Test
    void aRequestThatOversleptItsLeaseHasItsWriteRefused() throws Exception {
        SessionRegistry one =
                a.coordination.sessions("quick").requestLease(REQUEST_LEASE).build();
        SessionRegistry other =
                b.coordination.sessions("quick").requestLease(REQUEST_LEASE).build();
        one.open(ANN);
        var first = begun(one.beginRequest(ANN, ZERO));
        var lost = new CountDownLatch(1);
        first.lease().onLoss(lost::countDown);
        a.way.cut();
        pass(REQUEST_LEASE.plusMillis(50));
        var second = begun(other.beginRequest(ANN, ofSeconds(60)));
        a.way.heal();

        long version = second.session().version();
        assertThat(one.update(ANN, version, Map.of("by", "first"), first.lease()))
                .isInstanceOf(SessionUpdate.Fenced.class);
        assertThat(other.update(ANN, version, Map.of("by", "second"), second.lease())
                        .isUpdated())
                .isTrue();
        assertThat(first.lease().isHeld()).isFalse();
        assertThat(lost.await(GUARD_SECONDS, TimeUnit.SECONDS)).isTrue();
    }
}
