package dev.mneme.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.events.Envelope;
import dev.mneme.events.Event;
import dev.mneme.events.EventCodec;
import dev.mneme.events.EventRegistry;
import dev.mneme.events.EventType;
import dev.mneme.events.Priority;
import dev.mneme.events.stream.Await;
import dev.mneme.events.stream.EventStream;
import dev.mneme.events.stream.LocalEventStream;
import dev.mneme.events.stream.StreamReport;
import dev.mneme.events.stream.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TaskPerEventTest {

    @EventType(name = "test.asked", version = 1)
    record Asked(int number) implements Event {}

    @EventType(name = "test.answered", version = 1)
    record Answered(int number) implements Event {}

    private static final EventCodec CODEC = EventCodec.of(EventRegistry.of(Asked.class, Answered.class));
    private static final Tenant ANN = Tenant.of("ann");

    private final AgentBus bus = AgentBus.create();
    private final EventStream events = LocalEventStream.create(CODEC);

    @AfterEach
    void close() {
        events.close();
        bus.close();
    }

    @Test
    void anEventIsAcknowledgedWhenItsTaskHasCompletedAndNotBefore() throws InterruptedException {
        var inside = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        AgentRef<Asked, Integer> agent =
                bus.register(AgentSpec.<Asked, Integer>named("one").handler((event, ctx) -> {
                    inside.countDown();
                    release.await();
                    return event.number();
                }));
        events.group("one").subscribe(Asked.class, TaskPerEvent.of(agent));
        events.publish(asked(1));
        inside.await();
        assertThat(group("one").handled()).isZero();
        assertThat(group("one").pending()).isEqualTo(1);
        release.countDown();
        Await.until("acknowledged", () -> group("one").handled() == 1);
        assertThat(agent.numbers().completed()).isEqualTo(1);
    }

    @Test
    void anEventWhoseTaskDidNotCompleteComesAgainAndIsADeadLetterOfItsGroupInTheEnd() {
        var tries = new AtomicInteger();
        AgentRef<Asked, Integer> agent =
                bus.register(AgentSpec.<Asked, Integer>named("one").handler((event, ctx) -> {
                    if (event.number() == 2 || tries.incrementAndGet() < 3) {
                        throw new IllegalStateException();
                    }
                    return event.number();
                }));
        events.group("one")
                .maxDeliveries(3)
                .retryAfter(Duration.ofMillis(1))
                .subscribe(Asked.class, TaskPerEvent.of(agent));
        events.publish(asked(1));
        Await.until("acknowledged", () -> group("one").handled() == 1);
        assertThat(agent.numbers().failed()).isEqualTo(2);
        events.publish(asked(2));
        Await.until("given up", () -> group("one").dead() == 1);
        assertThat(agent.numbers().failed()).isEqualTo(5);
        // the group has it, the bus needs not
        assertThat(bus.deadLetters().recent()).isEmpty();
    }

    @Test
    void aFullAgentIsWaitedForWithoutUsingUpADelivery() {
        Set<Integer> done = ConcurrentHashMap.newKeySet();
        AgentRef<Asked, Integer> agent = bus.register(AgentSpec.<Asked, Integer>named("one")
                .capacity(1)
                .maxConcurrency(1)
                .handler((event, ctx) -> {
                    done.add(event.number());
                    return event.number();
                }));
        events.group("one").maxConcurrency(16).maxDeliveries(1).subscribe(Asked.class, TaskPerEvent.of(agent));
        for (int i = 0; i < 200; i++) {
            events.publish(asked(i));
        }
        Await.until("all handled", () -> group("one").handled() == 200);
        assertThat(done).hasSize(200);
        assertThat(group("one").dead()).isZero();
        // it was full indeed
        assertThat(agent.numbers().rejected().values().stream()
                        .mapToLong(n -> n)
                        .sum())
                .isPositive();
    }

    @Test
    void theTaskIsOfTheEventsTenantAndSessionAndHasItsPriorityAndKey() throws Exception {
        try (TestBus test = TestBus.seeded(1)) {
            List<String> seen = new CopyOnWriteArrayList<>();
            AgentRef<Asked, Integer> agent = test.register(AgentSpec.<Asked, Integer>named("one")
                    .maxConcurrency(1)
                    .handler((event, ctx) -> {
                        seen.add(ctx.tenant().orElseThrow().id() + " "
                                + ctx.session().map(SessionKey::session).orElse("-"));
                        return 1;
                    }));
            TaskPerEvent<Asked> perEvent = TaskPerEvent.of(agent);
            perEvent.handle(asked(1));
            perEvent.handle(asked(1).session(SessionKey.of("ben", "s7")));
            assertThat(seen).containsExactly("ann -", "ben s7");
            // the rest is in the submission: looked at where it is made
            Submit how = TaskPerEvent.howTo(asked(1).priority(Priority.CRITICAL).key("k"));
            assertThat(how.priority()).isEqualTo(Priority.CRITICAL);
            assertThat(how.key()).contains("k");
            assertThat(how.tenant()).contains(ANN);
        }
    }

    @Test
    void aSubscriptionThatIsClosedCancelsTheTaskAndTheEventGoesToAnother() throws InterruptedException {
        var inside = new CountDownLatch(1);
        var cancelled = new CountDownLatch(1);
        AgentRef<Asked, Integer> agent =
                bus.register(AgentSpec.<Asked, Integer>named("one").handler((event, ctx) -> {
                    if (inside.getCount() == 0) {
                        return 1;
                    }
                    ctx.onCancel(cancelled::countDown);
                    inside.countDown();
                    new CountDownLatch(1).await();
                    return 1;
                }));
        Subscription first = events.group("one").drainFor(Duration.ZERO).subscribe(Asked.class, TaskPerEvent.of(agent));
        events.publish(asked(1));
        inside.await();
        first.close();
        assertThat(cancelled.await(1, TimeUnit.MINUTES)).isTrue();
        assertThat(group("one").handled()).isZero();
        events.group("one").drainFor(Duration.ZERO).subscribe(Asked.class, TaskPerEvent.of(agent));
        Await.until("handled by another", () -> agent.numbers().completed() == 1);
        assertThat(agent.numbers().cancelled()).isEqualTo(1);
    }

    @Test
    void aDrainedAgentLeavesTheEventToOthers() {
        AgentRef<Asked, Integer> agent =
                bus.register(AgentSpec.<Asked, Integer>named("one").handler((event, ctx) -> 1));
        bus.deregister(agent, Duration.ZERO);
        assertThatExceptionOfType(SubmissionRejectedException.class)
                .isThrownBy(() -> TaskPerEvent.<Asked>of(agent).handle(asked(1)))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(RejectReason.DRAINING));
    }

    @Test
    void whatOneHostsAgentPublishesIsWorkForAnotherHostsAgent() {
        List<UUID> causes = new CopyOnWriteArrayList<>();
        List<Integer> answers = new CopyOnWriteArrayList<>();
        try (EventStream results = LocalEventStream.create(CODEC);
                AgentBus other = AgentBus.create()) {
            AgentRef<Envelope<Asked>, Integer> asked = bus.register(AgentSpec.<Envelope<Asked>, Integer>named("asked")
                    .handler((event, ctx) -> {
                        int answer = event.data().number() * 2;
                        results.publish(Envelope.of(new Answered(answer))
                                .source("/asked")
                                .causedBy(event));
                        return answer;
                    }));
            AgentRef<Envelope<Answered>, Integer> reader = other.register(
                    AgentSpec.<Envelope<Answered>, Integer>named("reader").handler((event, ctx) -> {
                        answers.add(event.data().number());
                        causes.add(UUID.fromString(event.causationId().orElseThrow()));
                        return 1;
                    }));
            events.group("asked").subscribe(Asked.class, TaskPerEvent.of(asked, event -> event));
            results.group("reader").subscribe(Answered.class, TaskPerEvent.of(reader, event -> event));
            Envelope<Asked> first = asked(1);
            Envelope<Asked> second = asked(2);
            events.publish(first);
            events.publish(second);
            Await.until("both answers", () -> answers.size() == 2);
            assertThat(answers).containsExactly(2, 4);
            assertThat(causes).containsExactly(first.id(), second.id());
        }
    }

    private StreamReport.Group group(String name) {
        return events.monitor().groups().stream()
                .filter(group -> group.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Envelope<Asked> asked(int number) {
        return Envelope.of(new Asked(number)).source("/test").tenant(ANN);
    }
}
