package dev.mneme.bus;

import static dev.mneme.bus.DeadLetter.Reason.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mneme.Tenant;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TopicTest {

    private static final Duration HOUR = Duration.ofHours(1);
    private final List<String> done = new ArrayList<>();

    @Test
    void eachSubscriberTakesOrRejectsByItselfAndThePublisherIsToldWhoDidNotAndWhy() {
        try (TestBus test = TestBus.seeded(1)) {
            AgentRef<String, Void> first = test.register(recorder("first").handler(record("first")));
            AgentRef<String, Void> full =
                    test.register(recorder("full").capacity(1).handler(record("full")));
            AgentRef<String, Void> last = test.register(recorder("last").handler(record("last")));
            Topic<String> topic = test.bus().topic("news", String.class);
            topic.subscribe(first);
            topic.subscribe(full);
            topic.subscribe(last);
            full.submit("before").orThrow();

            Publication publication = topic.publish("x", Submit.by(Tenant.of("t")));

            assertThat(publication.accepted()).extracting(TaskHandle::agent).containsExactly("first", "last");
            assertThat(publication.missed()).singleElement().satisfies(missed -> {
                assertThat(missed.agent()).isEqualTo("full");
                assertThat(missed.reason()).isEqualTo(RejectReason.QUEUE_FULL);
                assertThat(missed.retryAfter()).isPositive();
            });
            assertThat(publication.isComplete()).isFalse();
            assertThat(test.bus().deadLetters().recent()).singleElement().satisfies(letter -> {
                assertThat(letter.agent()).isEqualTo("full");
                assertThat(letter.topic()).isEqualTo("news");
                assertThat(letter.taskId()).isNull();
                assertThat(letter.reason()).isEqualTo(REJECTED);
                assertThat(letter.rejection()).isEqualTo(RejectReason.QUEUE_FULL);
                assertThat(letter.input()).isEqualTo("x");
                assertThat(letter.submit().tenant()).contains(Tenant.of("t"));
            });
            test.run();
            assertThat(done).containsExactlyInAnyOrder("first x", "last x", "full before");
            assertThat(topic.publish("y").isComplete()).isTrue();

            var registry = new SimpleMeterRegistry();
            new BusMetrics(test.bus()).bindTo(registry);
            assertThat(deliveries(registry, "accepted")).isEqualTo(5);
            assertThat(deliveries(registry, "rejected")).isEqualTo(1);
        }
    }

    @Test
    void aSlowOrFailingSubscriberChangesNothingForTheOthers() {
        try (TestBus test = TestBus.seeded(7)) {
            AgentRef<String, Void> slow = test.register(recorder("slow")
                    .maxConcurrency(1)
                    .timeout(HOUR.multipliedBy(48))
                    .handler((text, ctx) -> {
                        test.takeTime(HOUR);
                        return null;
                    }));
            AgentRef<String, Void> failing = test.register(recorder("failing").handler((text, ctx) -> {
                throw new AssertionError("an error even");
            }));
            AgentRef<String, Void> fine = test.register(recorder("fine").handler(record("fine")));
            Topic<String> topic = test.bus().topic("news", String.class);
            List.of(slow, failing, fine).forEach(topic::subscribe);
            for (int i = 0; i < 20; i++) {
                assertThat(topic.publish("m" + i).isComplete()).isTrue();
            }
            test.run();
            assertThat(done).hasSize(20).contains("fine m0", "fine m19");
            assertThat(test.elapsed()).isZero();
            assertThat(failing.numbers().failed()).isEqualTo(20);
            assertThat(slow.numbers().running()).isEqualTo(1);
            assertThat(test.bus().deadLetters().counts()).containsEntry(DeadLetter.Reason.FAILED, 20L);
            test.advance(HOUR.multipliedBy(20));
            assertThat(slow.numbers().completed()).isEqualTo(20);
        }
    }

    @Test
    void whoEndedSubscribingOrWasDeregisteredIsGivenNothingMore() {
        try (TestBus test = TestBus.seeded(1)) {
            AgentRef<String, Void> gone = test.register(recorder("gone").handler(record("gone")));
            AgentRef<String, Void> tired = test.register(recorder("tired").handler(record("tired")));
            Topic<String> topic = test.bus().topic("news", String.class);
            topic.subscribe(gone);
            topic.subscribe(tired);
            topic.publish("one");
            test.run();
            test.bus().deregister(gone, Duration.ZERO);
            assertThat(topic.subscribers()).containsExactly("tired");
            assertThat(topic.unsubscribe(tired)).isTrue();
            assertThat(topic.unsubscribe(tired)).isFalse();
            Publication publication = topic.publish("two");
            assertThat(publication.accepted()).isEmpty();
            assertThat(publication.isComplete()).isTrue();
            assertThat(test.bus().deadLetters().recent()).isEmpty();
            // the name is free, and another agent of that name is another subscriber
            topic.subscribe(test.register(recorder("gone").handler(record("new"))));
            topic.publish("three");
            test.run();
            assertThat(done).containsExactlyInAnyOrder("gone one", "tired one", "new three");
        }
    }

    @Test
    void theContextOfThePublisherIsTakenOnceAndGoesToEach() {
        var captured = new AtomicInteger();
        ContextCarrier carrier = () -> {
            captured.incrementAndGet();
            return () -> {
                done.add("restored");
                return () -> {};
            };
        };
        try (TestBus test = TestBus.seeded(1, bus -> bus.context(carrier))) {
            Topic<String> topic = test.bus().topic("news", String.class);
            topic.subscribe(test.register(recorder("a").handler(record("a"))));
            topic.subscribe(test.register(recorder("b").handler(record("b"))));
            topic.publish("x");
            test.run();
            assertThat(captured).hasValue(1);
            assertThat(done).filteredOn("restored"::equals).hasSize(2);
        }
    }

    @Test
    void aTopicIsOfOneTypeAndItsSubscribersAreOfItsBus() {
        try (TestBus test = TestBus.seeded(1);
                TestBus other = TestBus.seeded(2)) {
            Topic<String> topic = test.bus().topic("news", String.class);
            assertThat(test.bus().topic("news", String.class)).isSameAs(topic);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> test.bus().topic("news", Integer.class))
                    .withMessageContaining("java.lang.String");
            assertThatIllegalArgumentException().isThrownBy(() -> test.bus().topic("", String.class));
            AgentRef<String, Void> agent = test.register(recorder("a").handler(record("a")));
            topic.subscribe(agent);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> topic.subscribe(agent))
                    .withMessage("an agent must be subscribed once, a is subscribed to news");
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () -> topic.subscribe(other.register(recorder("b").handler(record("b")))))
                    .withMessageContaining("another bus");
            // of anything above the topic's type
            topic.subscribe(test.register(AgentSpec.<Object, Void>named("any").handler((any, ctx) -> null)));
            assertThat(topic.subscribers()).containsExactly("a", "any");
        }
    }

    private static AgentSpec.Builder<String, Void> recorder(String name) {
        return AgentSpec.<String, Void>named(name);
    }

    private AgentHandler<String, Void> record(String name) {
        return (text, ctx) -> {
            done.add(name + " " + text);
            return null;
        };
    }

    private static double deliveries(SimpleMeterRegistry registry, String outcome) {
        return registry.get("mneme.bus.topic.deliveries")
                .tag("outcome", outcome)
                .functionCounter()
                .count();
    }
}
