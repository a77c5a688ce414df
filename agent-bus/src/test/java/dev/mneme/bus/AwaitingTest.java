package dev.mneme.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.events.stream.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AwaitingTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    @ParameterizedTest
    @MethodSource("dev.mneme.bus.Buses#threads")
    void aTaskMayWaitForOneOfItsOwnAgentThatRunsOneAtATime(BusThreads threads) {
        try (AgentBus bus = Buses.on(threads)) {
            var self = new AtomicReference<AgentRef<Integer, Integer>>();
            self.set(bus.register(AgentSpec.<Integer, Integer>named("factorial")
                    .maxConcurrency(1)
                    .handler((n, ctx) -> n <= 1 ? 1 : n * ctx.ask(self.get(), n - 1))));
            assertThat(self.get()
                            .submit(6)
                            .orThrow()
                            .awaitOutcome(LONG)
                            .orElseThrow()
                            .get())
                    .isEqualTo(720);
            AgentNumbers numbers = self.get().numbers();
            assertThat(numbers.completed()).isEqualTo(6);
            assertThat(numbers.awaiting()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.mneme.bus.Buses#threads")
    void twoAgentsMayAskEachOtherThoughEachRunsOneAtATime(BusThreads threads) {
        try (AgentBus bus = Buses.on(threads)) {
            var a = new AtomicReference<AgentRef<Integer, Integer>>();
            AgentRef<Integer, Integer> b = bus.register(AgentSpec.<Integer, Integer>named("b")
                    .maxConcurrency(1)
                    .handler((n, ctx) -> ctx.ask(a.get(), n - 1) + 1));
            a.set(bus.register(AgentSpec.<Integer, Integer>named("a")
                    .maxConcurrency(1)
                    .handler((n, ctx) -> n == 0 ? 0 : ctx.ask(b, n) + 1)));
            assertThat(a.get()
                            .submit(5)
                            .orThrow()
                            .awaitOutcome(LONG)
                            .orElseThrow()
                            .get())
                    .isEqualTo(10);
        }
    }

    @Test
    void allThreadsOfAPoolMayWaitAtOnceAndTheirWorkIsStillDone() {
        try (AgentBus bus =
                AgentBus.builder().threads(BusThreads.pool(4).maxSuspended(4)).build()) {
            var waiting = new AtomicInteger();
            AgentRef<Integer, Integer> inner =
                    bus.register(AgentSpec.<Integer, Integer>named("inner").handler((n, ctx) -> n * 2));
            AgentRef<Integer, Integer> outer = bus.register(AgentSpec.<Integer, Integer>named("outer")
                    .maxConcurrency(4)
                    .handler((n, ctx) -> {
                        waiting.incrementAndGet();
                        // all four threads are in here before any of them waits
                        Await.until("all are in", () -> waiting.get() >= 4);
                        return ctx.ask(inner, n);
                    }));
            List<TaskHandle<Integer>> tasks = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                tasks.add(outer.submit(i).orThrow());
            }
            for (int i = 0; i < 4; i++) {
                assertThat(tasks.get(i).awaitOutcome(LONG).orElseThrow().get()).isEqualTo(2 * i);
            }
        }
    }

    @Test
    void beyondItsBoundAPoolRefusesToWaitAtOnce() {
        try (AgentBus bus =
                AgentBus.builder().threads(BusThreads.pool(2).maxSuspended(1)).build()) {
            var release = new CountDownLatch(1);
            AgentRef<Integer, Integer> inner =
                    bus.register(AgentSpec.<Integer, Integer>named("inner").handler((n, ctx) -> {
                        release.await();
                        return n;
                    }));
            AgentRef<Integer, Integer> outer =
                    bus.register(AgentSpec.<Integer, Integer>named("outer").handler((n, ctx) -> ctx.ask(inner, n)));
            TaskHandle<Integer> first = outer.submit(1).orThrow();
            Await.until(
                    "the first waits",
                    () -> outer.numbers().awaiting() == 1 && inner.numbers().running() == 1);
            Outcome<Integer> refused =
                    outer.submit(2).orThrow().awaitOutcome(LONG).orElseThrow();
            assertThat(refused.failure().orElseThrow()).isInstanceOf(AwaitRefusedException.class);
            release.countDown();
            assertThat(first.awaitOutcome(LONG).orElseThrow().get()).isEqualTo(1);
        }
    }

    @Test
    void whoComesBackFromWaitingGoesBeforeWhatIsQueued() {
        try (TestBus test = TestBus.seeded(11)) {
            List<String> order = new ArrayList<>();
            AgentRef<Integer, Integer> inner =
                    test.register(AgentSpec.<Integer, Integer>named("inner").handler((n, ctx) -> {
                        test.takeTime(Duration.ofSeconds(1));
                        return n;
                    }));
            AgentRef<Integer, Integer> outer = test.register(AgentSpec.<Integer, Integer>named("outer")
                    .maxConcurrency(1)
                    .handler((n, ctx) -> {
                        if (n == 0) {
                            ctx.ask(inner, n);
                        }
                        order.add("task " + n);
                        test.takeTime(Duration.ofSeconds(10));
                        return n;
                    }));
            for (int i = 0; i < 4; i++) {
                outer.submit(i).orThrow();
            }
            test.advance(Duration.ofMinutes(1));
            assertThat(order).containsExactly("task 1", "task 0", "task 2", "task 3");
        }
    }

    @Test
    void aWaitEndsWithTheDeadlineOfWhoWaits() {
        try (TestBus test = TestBus.seeded(11)) {
            var thrown = new AtomicReference<Throwable>();
            AgentRef<Integer, Integer> inner =
                    test.register(AgentSpec.<Integer, Integer>named("inner").handler((n, ctx) -> {
                        test.takeTime(Duration.ofSeconds(100));
                        return n;
                    }));
            TaskHandle<Integer> foreign = inner.submit(1).orThrow();
            AgentRef<Integer, Integer> outer = test.register(AgentSpec.<Integer, Integer>named("outer")
                    .timeout(Duration.ofSeconds(5))
                    .handler((n, ctx) -> {
                        try {
                            return ctx.await(foreign);
                        } catch (TaskStoppedException e) {
                            thrown.set(e);
                            throw e;
                        }
                    }));
            TaskHandle<Integer> task = outer.submit(1).orThrow();
            test.advance(Duration.ofSeconds(5));
            assertThat(task.status()).isEqualTo(TaskStatus.TIMED_OUT);
            assertThat(thrown.get()).isNotNull();
            assertThat(foreign.status()).isEqualTo(TaskStatus.RUNNING);
            assertThat(outer.numbers().stopping() + outer.numbers().running()).isZero();
        }
    }

    @Test
    void twoTasksThatWouldWaitForEachOtherAreToldSo() {
        try (TestBus test = TestBus.seeded(11)) {
            var first = new CompletableFuture<TaskHandle<Integer>>();
            var second = new CompletableFuture<TaskHandle<Integer>>();
            AgentRef<Integer, Integer> agent =
                    test.register(AgentSpec.<Integer, Integer>named("pair").handler((n, ctx) -> {
                        test.takeTime(Duration.ofSeconds(1));
                        return ctx.await(n == 1 ? second.join() : first.join());
                    }));
            first.complete(agent.submit(1).orThrow());
            second.complete(agent.submit(2).orThrow());
            test.advance(Duration.ofSeconds(2));
            List<Throwable> failures = List.of(
                    failure(first.join().awaitOutcome(Duration.ZERO).orElseThrow()),
                    failure(second.join().awaitOutcome(Duration.ZERO).orElseThrow()));
            assertThat(failures)
                    .anySatisfy(failure -> assertThat(failure)
                            .isInstanceOf(AwaitRefusedException.class)
                            .hasMessageContaining("pair -> pair"));
        }
    }

    @Test
    void aTaskThatWaitsForOneBehindItsOwnKeyIsToldSo() {
        try (TestBus test = TestBus.seeded(11)) {
            var self = new AtomicReference<AgentRef<Integer, Integer>>();
            self.set(test.register(AgentSpec.<Integer, Integer>named("ordered").handler((n, ctx) -> {
                if (n == 0) {
                    return 0;
                }
                return ctx.await(
                        ctx.submit(self.get(), 0, Submit.byHost().key("k")).orThrow());
            })));
            TaskHandle<Integer> task =
                    self.get().submit(1, Submit.byHost().key("k")).orThrow();
            test.run();
            assertThat(failure(task.awaitOutcome(Duration.ZERO).orElseThrow()))
                    .isInstanceOf(AwaitRefusedException.class);
            assertThat(self.get().numbers().completed()).isOne();
        }
    }

    @Test
    void theFailureOfWhatIsAwaitedArrivesWithItsCause() {
        try (TestBus test = TestBus.seeded(11)) {
            AgentRef<Integer, Integer> inner =
                    test.register(AgentSpec.<Integer, Integer>named("inner").handler((n, ctx) -> {
                        throw new IllegalStateException("broken");
                    }));
            AgentRef<Integer, Integer> outer =
                    test.register(AgentSpec.<Integer, Integer>named("outer").handler((n, ctx) -> ctx.ask(inner, n)));
            Throwable failure = failure(outer.submit(1)
                    .orThrow()
                    .awaitOutcome(Duration.ofSeconds(1))
                    .orElseThrow());
            assertThat(failure).isInstanceOf(TaskFailedException.class).hasRootCauseMessage("broken");
        }
    }

    @Test
    void onlyTheHandlersOwnThreadMayWait() {
        try (AgentBus bus = AgentBus.create()) {
            var context = new AtomicReference<TaskContext>();
            AgentRef<Integer, Integer> agent =
                    bus.register(AgentSpec.<Integer, Integer>named("one").handler((n, ctx) -> {
                        context.set(ctx);
                        return n;
                    }));
            TaskHandle<Integer> task = agent.submit(1).orThrow();
            assertThat(task.awaitOutcome(LONG)).isPresent();
            assertThatThrownBy(() -> context.get().await(task)).isInstanceOf(IllegalStateException.class);
        }
    }

    private static Throwable failure(Outcome<?> outcome) {
        return outcome.failure().orElseThrow();
    }
}
