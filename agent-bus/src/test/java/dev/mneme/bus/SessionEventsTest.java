package dev.mneme.bus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.SessionKey;
import dev.mneme.events.Envelope;
import dev.mneme.events.Event;
import dev.mneme.events.EventCodec;
import dev.mneme.events.agent.AgentEvents;
import dev.mneme.events.agent.ApprovalRequestedV1;
import dev.mneme.events.agent.SessionEventsLostV1;
import dev.mneme.events.agent.TaskCancelledV1;
import dev.mneme.events.agent.TaskCancelledV1.CancelledBy;
import dev.mneme.events.agent.TaskCompletedV1;
import dev.mneme.events.agent.TaskFailedV1;
import dev.mneme.events.agent.TaskProgressV1;
import dev.mneme.events.agent.TaskStartedV1;
import dev.mneme.events.stream.Await;
import dev.mneme.events.stream.LocalReplayBuffer;
import dev.mneme.events.stream.ReplaySignal;
import dev.mneme.events.stream.ReplayStart;
import dev.mneme.events.stream.StreamUnreachableException;
import dev.mneme.memory.coordination.ApprovalRisk;
import dev.mneme.resilience.RetrySettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SessionEventsTest {

    private static final SessionKey ANN = SessionKey.of("ann", "s1");
    private static final SessionKey BEN = SessionKey.of("ben", "s1");
    private static final Instant START = Instant.parse("2000-01-01T00:00:00Z");
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final RecordingBuffer buffer = new RecordingBuffer();

    @Test
    void aSessionIsToldWhatHappensToItsTasks() {
        try (TestBus test = TestBus.seeded(5, bus -> bus.sessionEvents(buffer, "/agents"))) {
            AgentRef<String, String> agent = test.register(AgentSpec.<String, String>named("one")
                    .retry(RetrySettings.of(3, SECOND, SECOND).withMinWait(SECOND))
                    .handler((text, ctx) -> {
                        test.takeTime(SECOND);
                        if (ctx.attempt() == 1) {
                            throw new ConnectException();
                        }
                        ctx.progress("searching", 0.255);
                        return text;
                    }));
            TaskHandle<String> task =
                    agent.submit("x", Submit.byHost().session(ANN)).orThrow();
            test.advance(Duration.ofMinutes(1));
            assertThat(buffer.of(ANN))
                    .containsExactly(
                            new TaskStartedV1(task.id(), "one", 1),
                            new TaskStartedV1(task.id(), "one", 2),
                            new TaskProgressV1(task.id(), 25, "searching"),
                            new TaskCompletedV1(task.id(), Duration.ofSeconds(3), null));
            assertThat(buffer.events)
                    .allSatisfy(event -> assertThat(event.source()).isEqualTo("/agents"))
                    .extracting(Envelope::time)
                    .containsExactly(START, START.plusSeconds(2), START.plusSeconds(3), START.plusSeconds(3));
            assertThat(test.bus().sessionEvents()).isEqualTo(new SessionEventNumbers(0, 4, 0));
        }
    }

    @Test
    void aSessionIsToldHowATaskEndedThatDidNotComplete() {
        try (TestBus test = TestBus.seeded(5, bus -> bus.sessionEvents(buffer, "/agents"))) {
            AgentRef<String, String> agent = test.register(AgentSpec.<String, String>named("one")
                    .maxConcurrency(1)
                    .timeout(Duration.ofMinutes(1))
                    .handler((text, ctx) -> {
                        if (text.equals("slow")) {
                            test.takeTime(Duration.ofMinutes(2));
                        }
                        throw text.equals("late") ? new ConnectException() : new IllegalStateException("private");
                    }));
            Submit how = Submit.byHost().session(ANN);
            String late = end(test, agent.submit("late", how));
            String bad = end(test, agent.submit("bad", how));
            String slow = end(test, agent.submit("slow", how));
            TaskHandle<String> unwanted = agent.submit("unwanted", how).orThrow();
            unwanted.cancel();
            TaskHandle<String> left = agent.submit("slow", how).orThrow();
            test.run();
            test.bus().drain(Duration.ZERO);
            assertThat(buffer.of(ANN))
                    .filteredOn(event -> !(event instanceof TaskStartedV1))
                    .containsExactly(
                            new TaskFailedV1(late, "network", 1, true),
                            new TaskFailedV1(bad, "unknown", 1, false),
                            new TaskFailedV1(slow, "timed_out", 1, true),
                            new TaskCancelledV1(unwanted.id(), CancelledBy.USER),
                            new TaskCancelledV1(left.id(), CancelledBy.SHUTDOWN));
        }
    }

    @Test
    void aChildIsCancelledWithItsParentAndSaysSo() {
        try (TestBus test = TestBus.seeded(5, bus -> bus.sessionEvents(buffer, "/agents"))) {
            AgentRef<Integer, Integer> child =
                    test.register(AgentSpec.<Integer, Integer>named("child").handler((n, ctx) -> {
                        test.takeTime(Duration.ofMinutes(1));
                        return n;
                    }));
            AgentRef<Integer, Integer> parent =
                    test.register(AgentSpec.<Integer, Integer>named("parent").handler((n, ctx) -> ctx.ask(child, n)));
            TaskHandle<Integer> task =
                    parent.submit(1, Submit.byHost().session(ANN)).orThrow();
            test.run();
            task.cancel();
            test.run();
            assertThat(buffer.of(ANN))
                    .contains(new TaskCancelledV1(task.id(), CancelledBy.USER))
                    .last()
                    .isInstanceOfSatisfying(
                            TaskCancelledV1.class,
                            event -> assertThat(event.cancelledBy()).isEqualTo(CancelledBy.DEPENDENCY));
        }
    }

    @Test
    void aSessionIsToldThatSomethingIsToBeApprovedAndHowThatEnded() {
        try (TestBus test = TestBus.seeded(5, bus -> bus.sessionEvents(buffer, "/agents"))) {
            Plan.Builder p = Plan.builder("report");
            AgentRef<Integer, Integer> agent =
                    test.register(AgentSpec.<Integer, Integer>named("one").handler((n, ctx) -> n));
            p.approval(
                    "review",
                    p.node("draft", agent, 1),
                    n -> Approval.of("Publish?").risk(ApprovalRisk.HIGH));
            test.bus().submit(p.build(), Submit.byHost().session(ANN)).orThrow();
            test.run();
            assertThat(buffer.of(ANN)).last().isInstanceOf(ApprovalRequestedV1.class);
            test.advance(Duration.ofMinutes(11));
            assertThat(buffer.of(ANN))
                    .extracting(event -> event.getClass().getSimpleName())
                    .containsExactly(
                            "TaskStartedV1",
                            "TaskCompletedV1",
                            "ApprovalRequestedV1",
                            "ApprovalExpiringV1",
                            "ApprovalResolvedV1");
        }
    }

    @Test
    void tasksWithoutASessionTellNothingAndSessionsAreApart() {
        try (TestBus test = TestBus.seeded(5, bus -> bus.sessionEvents(buffer, "/agents"))) {
            AgentRef<Integer, Integer> agent =
                    test.register(AgentSpec.<Integer, Integer>named("one").handler((n, ctx) -> n));
            agent.submit(1).orThrow();
            TaskHandle<Integer> annas =
                    agent.submit(2, Submit.byHost().session(ANN)).orThrow();
            TaskHandle<Integer> bens =
                    agent.submit(3, Submit.byHost().session(BEN)).orThrow();
            test.run();
            assertThat(buffer.events).hasSize(4);
            assertThat(buffer.of(ANN)).contains(new TaskStartedV1(annas.id(), "one", 1));
            assertThat(buffer.of(BEN)).contains(new TaskStartedV1(bens.id(), "one", 1));
        }
    }

    @Test
    void aListenerOfTheReplayBufferGetsThem() {
        List<String> heard = new CopyOnWriteArrayList<>();
        try (var replay = LocalReplayBuffer.create(EventCodec.of(AgentEvents.all()));
                AgentBus bus =
                        AgentBus.builder().sessionEvents(replay, "/agents").build()) {
            AgentRef<Integer, Integer> agent =
                    bus.register(AgentSpec.<Integer, Integer>named("one").handler((n, ctx) -> n));
            replay.attach(ANN, ReplayStart.now(), signal -> {
                if (signal instanceof ReplaySignal.Item item) {
                    heard.add(item.event().type());
                }
            });
            agent.submit(1, Submit.byHost().session(ANN)).orThrow();
            agent.submit(1, Submit.byHost().session(BEN)).orThrow();
            Await.until("two events", () -> heard.size() == 2);
            assertThat(heard).containsExactly("task.started", "task.completed");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.mneme.bus.Buses#threads")
    void aSessionIsToldThatATaskBeganWhileItRuns(BusThreads threads) {
        try (AgentBus bus = AgentBus.builder()
                .threads(threads)
                .sessionEvents(buffer, "/agents")
                .build()) {
            AgentRef<Integer, Integer> agent =
                    bus.register(AgentSpec.<Integer, Integer>named("one").handler((n, ctx) -> {
                        Await.until("told", () -> buffer.events.size() == 1);
                        return n;
                    }));
            TaskHandle<Integer> task =
                    agent.submit(1, Submit.byHost().session(ANN)).orThrow();
            assertThat(task.awaitOutcome(Duration.ofMinutes(2)).orElseThrow().failure())
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.mneme.bus.Buses#threads")
    void aBufferThatHangsSlowsNoTaskAndADrainWaitsForIt(BusThreads threads) throws InterruptedException {
        var hanging = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        buffer.before = event -> {
            hanging.countDown();
            await(release);
        };
        AgentBus bus = AgentBus.builder()
                .threads(threads)
                .sessionEvents(buffer, "/agents")
                .build();
        try (bus) {
            AgentRef<Integer, Integer> agent =
                    bus.register(AgentSpec.<Integer, Integer>named("one").handler((n, ctx) -> {
                        ctx.progress("half", 0.5);
                        return n;
                    }));
            Submit how = Submit.byHost().session(ANN);
            TaskHandle<Integer> first = agent.submit(0, how).orThrow();
            hanging.await();
            assertThat(first.awaitOutcome(Duration.ofMinutes(1))).isPresent();
            for (int i = 1; i <= 500; i++) {
                assertThat(agent.submit(i, how)
                                .orThrow()
                                .awaitOutcome(Duration.ofMinutes(1))
                                .orElseThrow()
                                .isCompleted())
                        .isTrue();
            }
            assertThat(buffer.events).isEmpty();
            assertThat(bus.sessionEvents().waiting()).isEqualTo(1_502);
            // a drain that finds the buffer hanging returns all the same
            assertThat(bus.drain(Duration.ZERO).isClean()).isTrue();
            release.countDown();
            bus.drain(Duration.ofMinutes(1));
            assertThat(buffer.events).hasSize(1_503);
            for (int i = 0; i < 1_503; i += 3) {
                assertThat(buffer.events.get(i).data()).isInstanceOf(TaskStartedV1.class);
                assertThat(buffer.events.get(i + 2).data()).isInstanceOf(TaskCompletedV1.class);
            }
        }
    }

    @Test
    void whatFindsNoRoomIsSaidToBeLostWhereItWouldHaveStood() {
        List<Runnable> toRun = new ArrayList<>();
        SessionEvents events = events(3, new VirtualClock(), toRun);
        var once = new AtomicBoolean(true);
        buffer.before = event -> {
            if (once.getAndSet(false)) {
                events.add(ANN, () -> started(6));
            }
        };
        for (int i = 1; i <= 5; i++) {
            int attempt = i;
            events.add(ANN, () -> started(attempt));
        }
        events.add(BEN, () -> started(1));
        assertThat(events.numbers()).isEqualTo(new SessionEventNumbers(3, 0, 3));
        events.wake();
        runAll(toRun);
        assertThat(buffer.of(ANN))
                .containsExactly(started(1), started(2), started(3), new SessionEventsLostV1(2), started(6));
        assertThat(buffer.of(BEN)).containsExactly(new SessionEventsLostV1(1));
        assertThat(events.numbers()).isEqualTo(new SessionEventNumbers(0, 4, 3));
    }

    @Test
    void whatIsLostAfterALaterEventFoundRoomIsSaidToBeLostBehindThat() {
        List<Runnable> toRun = new ArrayList<>();
        SessionEvents events = events(3, new VirtualClock(), toRun);
        var once = new AtomicBoolean(true);
        buffer.before = event -> {
            if (once.getAndSet(false)) {
                // the first has left its place to one, while where the fourth would have stood is still to come
                events.add(ANN, () -> started(5));
                events.add(ANN, () -> started(6));
                events.add(ANN, () -> started(7));
            }
        };
        for (int i = 1; i <= 4; i++) {
            int attempt = i;
            events.add(ANN, () -> started(attempt));
        }
        events.wake();
        runAll(toRun);
        assertThat(buffer.of(ANN))
                .containsExactly(
                        started(1),
                        started(2),
                        started(3),
                        new SessionEventsLostV1(1),
                        started(5),
                        new SessionEventsLostV1(2));
        assertThat(events.numbers()).isEqualTo(new SessionEventNumbers(0, 4, 3));
    }

    @Test
    void whatTheBufferDoesNotTakeIsSaidToBeLostAsSoonAsItTakesThat() {
        var clock = new VirtualClock();
        List<Runnable> toRun = new ArrayList<>();
        SessionEvents events = events(100, clock, toRun);
        buffer.before = event -> {
            throw new StreamUnreachableException("no answer", new ConnectException());
        };
        events.add(ANN, () -> started(1));
        events.add(BEN, () -> started(1));
        events.add(ANN, () -> started(2));
        events.wake();
        runAll(toRun);
        assertThat(events.numbers()).isEqualTo(new SessionEventNumbers(0, 0, 3));
        // tried again by itself, and in vain
        later(clock, toRun);
        later(clock, toRun);
        assertThat(events.numbers().lost()).isEqualTo(3);
        buffer.before = event -> {};
        // the next event of a session brings it out at once
        events.add(ANN, () -> started(3));
        events.wake();
        runAll(toRun);
        assertThat(buffer.of(ANN)).containsExactly(new SessionEventsLostV1(2), started(3));
        assertThat(buffer.of(BEN)).isEmpty();
        later(clock, toRun);
        assertThat(buffer.of(BEN)).containsExactly(new SessionEventsLostV1(1));
        // and then nothing is due any more
        later(clock, toRun);
        assertThat(clock.timers().size()).isZero();
        assertThat(buffer.events).hasSize(3);
    }

    @Test
    void anEventThatCannotBeMadeIsLostAndTheOthersAreNot() {
        List<Runnable> toRun = new ArrayList<>();
        SessionEvents events = events(100, new VirtualClock(), toRun);
        events.add(ANN, () -> {
            throw new IllegalArgumentException("too long");
        });
        events.add(ANN, () -> started(2));
        events.wake();
        runAll(toRun);
        assertThat(buffer.of(ANN)).containsExactly(new SessionEventsLostV1(1), started(2));
    }

    @Test
    void everyEventIsAppendedInItsOrderOrSaidToBeLostInItsPlace() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        var clock = new VirtualClock();
        List<Runnable> toRun = new ArrayList<>();
        SessionEvents events = events(20, clock, toRun);
        buffer.before = event -> {
            if (random.nextInt(4) == 0) {
                throw new IllegalStateException();
            }
        };
        List<SessionKey> sessions = new ArrayList<>();
        Map<SessionKey, Integer> last = new HashMap<>();
        for (int i = 0; i < 6; i++) {
            sessions.add(SessionKey.of("t" + i % 2, "s" + i));
        }
        for (int i = 0; i < 20_000; i++) {
            SessionKey session = sessions.get(random.nextInt(sessions.size()));
            int attempt = last.merge(session, 1, Integer::sum);
            events.add(session, () -> started(attempt));
            if (random.nextInt(40) == 0) {
                events.wake();
                runAll(toRun);
            }
            if (random.nextInt(100) == 0) {
                later(clock, toRun);
            }
        }
        buffer.before = event -> {};
        events.wake();
        runAll(toRun);
        later(clock, toRun);
        later(clock, toRun);
        long appended = 0;
        long lost = 0;
        for (SessionKey session : sessions) {
            int at = 0;
            for (Event event : buffer.of(session)) {
                if (event instanceof SessionEventsLostV1 hole) {
                    at = Math.toIntExact(at + hole.events());
                    lost += hole.events();
                } else {
                    at++;
                    appended++;
                    assertThat(event).as("seed %s", seed).isEqualTo(started(at));
                }
            }
            assertThat(at).as("seed %s", seed).isEqualTo(last.get(session));
        }
        assertThat(events.numbers()).as("seed %s", seed).isEqualTo(new SessionEventNumbers(0, appended, lost));
        assertThat(lost).isGreaterThan(1_000);
        assertThat(appended).isGreaterThan(1_000);
    }

    @Test
    void metersTellWhatWasAppendedAndLost() {
        buffer.before = event -> {
            if (event.data() instanceof TaskCompletedV1) {
                throw new IllegalStateException();
            }
        };
        try (TestBus test = TestBus.seeded(5, bus -> bus.sessionEvents(buffer, "/agents"))) {
            var registry = new SimpleMeterRegistry();
            new BusMetrics(test.bus()).bindTo(registry);
            AgentRef<Integer, Integer> agent =
                    test.register(AgentSpec.<Integer, Integer>named("one").handler((n, ctx) -> n));
            agent.submit(2, Submit.byHost().session(ANN)).orThrow();
            test.run();
            for (String outcome : new String[] {"appended", "lost"}) {
                assertThat(registry.get("mneme.bus.session.events")
                                .tag("outcome", outcome)
                                .functionCounter()
                                .count())
                        .as(outcome)
                        .isEqualTo(1);
            }
        }
    }

    private SessionEvents events(int capacity, VirtualClock clock, List<Runnable> toRun) {
        return new SessionEvents(
                buffer, "/agents", capacity, InstantSource.system(), clock, clock.timers(), toRun::add);
    }

    private static TaskStartedV1 started(int attempt) {
        return new TaskStartedV1("task", "agent", attempt);
    }

    private static void later(VirtualClock clock, List<Runnable> toRun) {
        long end = clock.nanos() + SECOND.toNanos();
        do {
            while (clock.fireDue()) {
                runAll(toRun);
            }
        } while (clock.advanceToNext(end));
    }

    private static void runAll(List<Runnable> toRun) {
        while (!toRun.isEmpty()) {
            toRun.remove(0).run();
        }
    }

    private static String end(TestBus test, Submission<String> submission) {
        TaskHandle<String> task = submission.orThrow();
        test.advance(Duration.ofMinutes(1));
        assertThat(task.status().isFinal()).isTrue();
        return task.id();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
