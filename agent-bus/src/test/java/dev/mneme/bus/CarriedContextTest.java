package dev.mneme.bus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.resilience.Deadline;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.MDC;

class CarriedContextTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    @ParameterizedTest
    @MethodSource("dev.mneme.bus.Buses#threads")
    void theDiagnosticContextOfWhoSubmitsIsThereOnEveryAttemptAndOnlyThere(BusThreads threads) {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        try (AgentBus bus = Buses.on(threads)) {
            AgentRef<Integer, Integer> agent = bus.register(AgentSpec.<Integer, Integer>named("one")
                    .maxConcurrency(1)
                    .retry(Retries.every(Duration.ofMillis(1), 3))
                    .handler((n, ctx) -> {
                        seen.add(n + " " + MDC.get("request") + " " + ctx.attempt());
                        MDC.put("request", "spoiled by " + n);
                        if (ctx.attempt() < 3) {
                            throw new ConnectException();
                        }
                        return n;
                    }));
            List<TaskHandle<Integer>> tasks = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                if (i < 2) {
                    MDC.put("request", "r" + i);
                }
                tasks.add(agent.submit(i).orThrow());
                MDC.clear();
            }
            tasks.forEach(task -> task.awaitOutcome(LONG).orElseThrow().get());
        }
        assertThat(seen)
                .containsExactlyInAnyOrder(
                        "0 r0 1", "0 r0 2", "0 r0 3", "1 r1 1", "1 r1 2", "1 r1 3", "2 null 1", "2 null 2", "2 null 3");
    }

    @Test
    void theDiagnosticContextEndsWithTheHandler() {
        try (TestBus test = TestBus.seeded(1)) {
            List<String> seen = new ArrayList<>();
            AgentRef<Integer, Integer> agent =
                    test.register(AgentSpec.<Integer, Integer>named("one").handler((n, ctx) -> {
                        seen.add("handler " + MDC.get("request"));
                        return n;
                    }));
            MDC.put("request", "r");
            TaskHandle<Integer> task = agent.submit(1).orThrow();
            MDC.clear();
            // on the handler's thread, after it
            task.outcome().thenAccept(outcome -> seen.add("outcome " + MDC.get("request")));
            test.run();
            assertThat(seen).containsExactly("handler r", "outcome null");
        }
    }

    @Test
    void carriersAreRestoredInOrderAndUndoneInReverse() {
        List<String> log = new ArrayList<>();
        ContextCarrier both = carrier("outer", log).and(carrier("inner", log));
        try (TestBus test = TestBus.seeded(1, bus -> bus.context(both))) {
            AgentRef<Integer, Integer> agent =
                    test.register(AgentSpec.<Integer, Integer>named("one").handler((n, ctx) -> {
                        log.add("handler");
                        return n;
                    }));
            agent.submit(1).orThrow();
            test.run();
        }
        assertThat(log)
                .containsExactly(
                        "capture outer",
                        "capture inner",
                        "restore outer",
                        "restore inner",
                        "handler",
                        "close inner",
                        "close outer");
    }

    @Test
    void aCarrierThatFailsFailsTheAttemptAndNotTheBus() {
        ContextCarrier broken = () -> () -> {
            throw new IllegalStateException("no context");
        };
        try (TestBus test =
                TestBus.seeded(1, bus -> bus.context(ContextCarrier.none().and(broken)))) {
            AgentRef<Integer, Integer> agent =
                    test.register(AgentSpec.<Integer, Integer>named("one").handler((n, ctx) -> n));
            Outcome<Integer> outcome = agent.submit(1)
                    .orThrow()
                    .awaitOutcome(Duration.ofSeconds(1))
                    .orElseThrow();
            assertThat(outcome.failure().orElseThrow()).hasMessage("no context");
            assertThat(agent.numbers().running()).isZero();
        }
    }

    @Test
    void theHandlerRunsUnderTheTasksDeadline() {
        try (TestBus test = TestBus.seeded(1)) {
            AgentRef<Integer, Duration> agent = test.register(AgentSpec.<Integer, Duration>named("one")
                    .timeout(Duration.ofSeconds(40))
                    .handler((n, ctx) -> {
                        test.takeTime(Duration.ofSeconds(15));
                        return Deadline.current().orElseThrow().remaining();
                    }));
            assertThat(agent.submit(1)
                            .orThrow()
                            .awaitOutcome(LONG)
                            .orElseThrow()
                            .get())
                    .isEqualTo(Duration.ofSeconds(25));
        }
    }

    private static ContextCarrier carrier(String name, List<String> log) {
        return () -> {
            log.add("capture " + name);
            return () -> {
                log.add("restore " + name);
                return () -> log.add("close " + name);
            };
        };
    }
}
