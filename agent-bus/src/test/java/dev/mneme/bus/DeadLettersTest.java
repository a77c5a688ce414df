package dev.mneme.bus;

import static dev.mneme.bus.DeadLetter.Reason.FAILED;
import static dev.mneme.bus.DeadLetter.Reason.REJECTED;
import static dev.mneme.bus.DeadLetter.Reason.SHUTDOWN;
import static dev.mneme.bus.DeadLetter.Reason.TIMED_OUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.events.stream.Await;
import dev.mneme.resilience.RetrySettings;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class DeadLettersTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    @Test
    void whatWasToldAndNotDoneIsADeadLetterThatSaysWhy() {
        try (TestBus test = TestBus.seeded(3)) {
            AgentRef<String, String> agent = test.register(AgentSpec.<String, String>named("one")
                    .capacity(3)
                    .maxConcurrency(1)
                    .timeout(MINUTE)
                    .retry(RetrySettings.of(3, Duration.ofMillis(1), Duration.ofMillis(1)))
                    .handler((text, ctx) -> {
                        if (text.equals("fails")) {
                            throw new ConnectException("no");
                        }
                        if (text.equals("slow")) {
                            test.takeTime(MINUTE.multipliedBy(2));
                        }
                        return text;
                    }));
            DeadLetters letters = test.bus().deadLetters();
            assertThat(agent.tell("fails", Submit.by(Tenant.of("t")))).isTrue();
            test.advance(Duration.ofSeconds(5));
            assertThat(letters.recent()).singleElement().satisfies(letter -> {
                assertThat(letter.agent()).isEqualTo("one");
                assertThat(letter.topic()).isNull();
                assertThat(letter.taskId()).isNotNull();
                assertThat(letter.input()).isEqualTo("fails");
                assertThat(letter.submit().tenant()).contains(Tenant.of("t"));
                assertThat(letter.reason()).isEqualTo(FAILED);
                assertThat(letter.cause()).isInstanceOf(ConnectException.class);
                assertThat(letter.attempts()).isEqualTo(4);
                assertThat(letter.diedAt())
                        .isBetween(Instant.parse("2000-01-01T00:00:00Z"), Instant.parse("2000-01-01T00:00:05Z"));
            });

            agent.tell("slow");
            test.advance(MINUTE);
            assertThat(last(letters).reason()).isEqualTo(TIMED_OUT);
            assertThat(last(letters).cause()).isInstanceOf(TaskTimedOutException.class);

            // these wait behind one that runs
            agent.submit("slow").orThrow();
            test.run();
            agent.tell("waits");
            agent.submit("is asked about").orThrow();
            agent.submit("is asked about").orThrow();
            assertThat(agent.tell("too many")).isFalse();
            assertThat(last(letters).reason()).isEqualTo(REJECTED);
            assertThat(last(letters).rejection()).isEqualTo(RejectReason.QUEUE_FULL);
            assertThat(last(letters).taskId()).isNull();

            test.bus().drain(Duration.ZERO);
            assertThat(last(letters).reason()).isEqualTo(SHUTDOWN);
            assertThat(last(letters).input()).isEqualTo("waits");
            assertThat(last(letters).attempts()).isZero();
            assertThat(letters.counts())
                    .containsEntry(FAILED, 1L)
                    .containsEntry(TIMED_OUT, 1L)
                    .containsEntry(REJECTED, 1L)
                    .containsEntry(SHUTDOWN, 1L);
        }
    }

    @Test
    void whatSomebodyAsksAboutOrCalledOffIsNone() {
        try (TestBus test = TestBus.seeded(3)) {
            AgentRef<String, String> agent =
                    test.register(AgentSpec.<String, String>named("one").handler((text, ctx) -> {
                        throw new IllegalStateException();
                    }));
            agent.submit("asked").orThrow();
            Topic<String> topic = test.bus().topic("news", String.class);
            topic.subscribe(agent);
            topic.publish("called off").accepted().forEach(TaskHandle::cancel);
            test.run();
            assertThat(test.bus().deadLetters().recent()).isEmpty();
            assertThat(agent.numbers().cancelled()).isEqualTo(1);
        }
    }

    @Test
    void theOldestMakesRoomAndAllAreCounted() {
        try (TestBus test = TestBus.seeded(3, bus -> bus.maxDeadLetters(2))) {
            AgentRef<String, String> agent = failing(test);
            for (String text : List.of("a", "b", "c")) {
                agent.tell(text);
                test.run();
            }
            DeadLetters letters = test.bus().deadLetters();
            assertThat(letters.recent()).extracting(DeadLetter::input).containsExactly("b", "c");
            assertThat(letters.counts()).containsEntry(FAILED, 3L);
            assertThat(letters.takeAll()).hasSize(2);
            assertThat(letters.recent()).isEmpty();
            assertThat(letters.counts()).containsEntry(FAILED, 3L);
        }
        try (TestBus test = TestBus.seeded(3, bus -> bus.maxDeadLetters(0))) {
            failing(test).tell("a");
            test.run();
            assertThat(test.bus().deadLetters().recent()).isEmpty();
            assertThat(test.bus().deadLetters().counts()).containsEntry(FAILED, 1L);
        }
    }

    @Test
    void aListenerThatHangsHoldsUpNobodyAndWhatItMissesIsCounted() throws InterruptedException {
        var release = new CountDownLatch(1);
        var hanging = new CountDownLatch(1);
        List<Object> heard = new CopyOnWriteArrayList<>();
        List<Object> late = new CopyOnWriteArrayList<>();
        try (AgentBus bus = AgentBus.create()) {
            AgentRef<Integer, Integer> agent =
                    bus.register(AgentSpec.<Integer, Integer>named("one").handler((n, ctx) -> n));
            DeadLetters letters = bus.deadLetters();
            letters.listen(letter -> {
                late.add(letter.input());
                hanging.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            letters.listen(letter -> {
                heard.add(letter.input());
                throw new IllegalStateException("a bad listener");
            });
            bus.drain(Duration.ZERO);
            agent.tell(0);
            hanging.await();
            int most = DeadLetters.MAX_BEHIND;
            for (int i = 1; i <= most + 5; i++) {
                agent.tell(i);
                if (i % 100 == 0) {
                    int so = i;
                    Await.until("the other listener", () -> heard.size() > so);
                }
            }
            Await.until("the other listener is told all", () -> heard.size() == most + 6);
            assertThat(letters.missed()).isEqualTo(5);
            assertThat(heard).isSorted();
            release.countDown();
            Await.until("the late one is told what waited", () -> late.size() == most + 1);
        }
    }

    @Test
    void aListenerThatEndedIsToldNothingMore() throws Exception {
        try (TestBus test = TestBus.seeded(1)) {
            List<Object> heard = new CopyOnWriteArrayList<>();
            AgentRef<String, String> agent = failing(test);
            DeadLetters letters = test.bus().deadLetters();
            DeadLetters.Listening listening = letters.listen(letter -> heard.add(letter.input()));
            agent.tell("a");
            test.run();
            listening.close();
            agent.tell("b");
            test.run();
            assertThat(heard).containsExactly("a");
            for (int i = 0; i < DeadLetters.MAX_LISTENERS; i++) {
                letters.listen(letter -> {});
            }
            assertThatIllegalStateException().isThrownBy(() -> letters.listen(letter -> {}));
        }
    }

    @Test
    void theLettersOfATenantCanBeErasedAndNoneIsPrinted() {
        try (TestBus test = TestBus.seeded(1)) {
            AgentRef<String, String> agent = failing(test);
            agent.tell("secret", Submit.byHost().session(SessionKey.of("ann", "s")));
            agent.tell("other", Submit.by(Tenant.of("ben")));
            agent.tell("host's");
            test.run();
            DeadLetters letters = test.bus().deadLetters();
            assertThat(letters.recent()).hasSize(3);
            assertThat(letters.recent().toString()).doesNotContain("secret").doesNotContain("ann");
            assertThat(letters.erase(Tenant.of("ann")).records()).isEqualTo(1);
            assertThat(letters.recent()).extracting(DeadLetter::input).containsExactlyInAnyOrder("other", "host's");
            assertThat(letters.erase(Tenant.of("ann")).records()).isZero();
        }
    }

    private static AgentRef<String, String> failing(TestBus test) {
        return test.register(AgentSpec.<String, String>named("one").handler((text, ctx) -> {
            throw new IllegalStateException();
        }));
    }

    private static DeadLetter last(DeadLetters letters) {
        List<DeadLetter> all = letters.recent();
        return all.get(all.size() - 1);
    }
}
