package dev.mneme.bus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.events.stream.Await;
import dev.mneme.resilience.Classifier;
import dev.mneme.resilience.ErrorClass;
import dev.mneme.resilience.Fault;
import dev.mneme.resilience.RetrySettings;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CancellationTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    @ParameterizedTest
    @MethodSource("dev.mneme.bus.Buses#threads")
    void theServerSeesItsSocketClosedAndNoRetryFollows(BusThreads threads) throws IOException {
        try (var server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                AgentBus bus = Buses.on(threads)) {
            var attempts = new AtomicInteger();
            AgentRef<Integer, Integer> caller = bus.register(AgentSpec.<Integer, Integer>named("caller")
                    .retry(RetrySettings.of(3, Duration.ofMillis(1), Duration.ofMillis(1)))
                    .handler((port, ctx) -> {
                        attempts.incrementAndGet();
                        try (var call = new Socket(InetAddress.getLoopbackAddress(), port)) {
                            ctx.onCancel(call::close);
                            // a read of a socket minds no interrupt on a platform thread: only the close ends it
                            return call.getInputStream().read();
                        }
                    }));
            TaskHandle<Integer> task = caller.submit(server.getLocalPort()).orThrow();
            try (Socket accepted = server.accept()) {
                accepted.setSoTimeout(60_000);
                assertThat(task.cancel()).isTrue();
                assertThat(accepted.getInputStream().read())
                        .as("end of the stream")
                        .isEqualTo(-1);
            }
            Await.until("the handler returns", () -> caller.numbers().stopping() == 0);
            assertThat(task.status()).isEqualTo(new TaskStatus(TaskState.CANCELLED, TaskDetail.BY_CALLER));
            assertThat(task.cancel()).isFalse();
            assertThat(attempts.get()).isOne();
            assertThat(caller.numbers().backingOff()).isZero();
        }
    }

    @Test
    void aCancelledTaskEndsAtOnceAndItsLateResultIsIgnored() {
        var release = new CountDownLatch(1);
        var inside = new CountDownLatch(1);
        try (AgentBus bus = AgentBus.builder().drainFor(Duration.ZERO).build()) {
            AgentRef<Integer, Integer> deaf = bus.register(
                    AgentSpec.<Integer, Integer>named("deaf").maxConcurrency(1).handler((n, ctx) -> {
                        inside.countDown();
                        awaitDeaf(release);
                        return n;
                    }));
            TaskHandle<Integer> first = deaf.submit(1).orThrow();
            Await.until("it is inside", () -> inside.getCount() == 0);
            TaskHandle<Integer> second = deaf.submit(2).orThrow();
            first.cancel();
            assertThat(first.awaitOutcome(LONG)).contains(new Outcome.Cancelled<>(TaskDetail.BY_CALLER));
            // the slot belongs to the handler that has not returned
            assertThat(deaf.numbers().stopping()).isOne();
            assertThat(second.status()).isEqualTo(TaskStatus.QUEUED);
            release.countDown();
            assertThat(second.awaitOutcome(LONG).orElseThrow().get()).isEqualTo(2);
            assertThat(first.status().state()).isEqualTo(TaskState.CANCELLED);
        }
    }

    @Test
    void aTaskThatIsCancelledWhileItsRetryDecidesIsNotRepeated() {
        var task = new CompletableFuture<TaskHandle<Integer>>();
        // asked between the handler's end and the decision what becomes of the task
        Classifier cancelling = Classifier.standard().with(ConnectException.class, e -> {
            task.join().cancel();
            return Fault.of(ErrorClass.NETWORK);
        });
        try (AgentBus bus = AgentBus.builder()
                .retries(builder -> builder.classifier(cancelling))
                .build()) {
            AgentRef<Integer, Integer> agent = bus.register(AgentSpec.<Integer, Integer>named("one")
                    .retry(RetrySettings.of(3, Duration.ofHours(1), Duration.ofHours(1)))
                    .timeout(Duration.ofDays(9))
                    .handler((n, ctx) -> {
                        throw new ConnectException();
                    }));
            task.complete(agent.submit(1).orThrow());
            assertThat(task.join().awaitOutcome(LONG)).contains(new Outcome.Cancelled<>(TaskDetail.BY_CALLER));
            Await.until("the handler returns", () -> agent.numbers().stopping() == 0);
            assertThat(agent.numbers().backingOff()).isZero();
            assertThat(agent.numbers().cancelled()).isOne();
            assertThat(agent.numbers().begun()).isOne();
        }
    }

    @Test
    void aHandlerThatDoesNotReturnLosesItsSlotAndIsCountedUntilItEnds() {
        var release = new CountDownLatch(1);
        var inside = new CountDownLatch(1);
        try (AgentBus bus = AgentBus.builder().drainFor(Duration.ZERO).build()) {
            AgentRef<Integer, Integer> deaf = bus.register(AgentSpec.<Integer, Integer>named("deaf")
                    .maxConcurrency(1)
                    .abandonAfter(Duration.ofMillis(20))
                    .handler((n, ctx) -> {
                        if (n == 1) {
                            inside.countDown();
                            awaitDeaf(release);
                        }
                        return n;
                    }));
            TaskHandle<Integer> first = deaf.submit(1, Submit.byHost().key("k")).orThrow();
            Await.until("it is inside", () -> inside.getCount() == 0);
            TaskHandle<Integer> second =
                    deaf.submit(2, Submit.byHost().key("k")).orThrow();
            first.cancel();
            assertThat(second.awaitOutcome(LONG).orElseThrow().get()).isEqualTo(2);
            assertThat(deaf.numbers().zombies()).isOne();
            assertThat(deaf.numbers().stopping()).isZero();
            release.countDown();
            Await.until("it ends", () -> deaf.numbers().zombies() == 0);
            assertThat(deaf.numbers().cancelled()).isOne();
        }
    }

    @Test
    void noInterruptReachesWhatRunsAfterTheHandlerOnItsThread() {
        try (AgentBus bus = AgentBus.builder().threads(BusThreads.pool(1)).build()) {
            var inside = new AtomicInteger();
            AgentRef<Integer, Boolean> agent = bus.register(AgentSpec.<Integer, Boolean>named("one")
                    .maxConcurrency(1)
                    .handler((n, ctx) -> {
                        boolean interrupted = Thread.currentThread().isInterrupted();
                        if (n > 0) {
                            inside.set(n);
                            // it minds no interrupt, and returns with the flag set
                            Await.until("it is cancelled", ctx::isCancelled);
                        }
                        return interrupted;
                    }));
            for (int i = 1; i <= 50; i++) {
                int round = i;
                TaskHandle<Boolean> first = agent.submit(round).orThrow();
                TaskHandle<Boolean> next = agent.submit(0).orThrow();
                Await.until("it is inside", () -> inside.get() == round);
                first.cancel();
                assertThat(next.awaitOutcome(LONG).orElseThrow().get()).isFalse();
            }
        }
    }

    @Test
    void whatASubmittedTaskSubmittedIsCancelledWithItAndOnlyThen() {
        try (TestBus test = TestBus.seeded(5)) {
            AgentRef<Integer, Integer> child = test.register(
                    AgentSpec.<Integer, Integer>named("child").maxConcurrency(9).handler((n, ctx) -> {
                        test.takeTime(Duration.ofSeconds(n));
                        return n;
                    }));
            List<TaskHandle<Integer>> children = new ArrayList<>();
            AgentRef<Integer, Integer> parent =
                    test.register(AgentSpec.<Integer, Integer>named("parent").handler((n, ctx) -> {
                        children.add(ctx.submit(child, 20).orThrow());
                        children.add(ctx.submit(child, 1).orThrow());
                        test.takeTime(Duration.ofSeconds(n));
                        return n;
                    }));
            TaskHandle<Integer> called = parent.submit(10).orThrow();
            test.advance(Duration.ofSeconds(2));
            called.cancel();
            test.run();
            assertThat(children.get(0).status()).isEqualTo(new TaskStatus(TaskState.CANCELLED, TaskDetail.WITH_PARENT));
            assertThat(children.get(1).status()).isEqualTo(TaskStatus.COMPLETED);

            children.clear();
            parent.submit(10).orThrow();
            test.advance(Duration.ofSeconds(11));
            assertThat(children.get(0).status()).isEqualTo(TaskStatus.RUNNING);
            test.advance(Duration.ofSeconds(10));
            assertThat(children.get(0).status()).isEqualTo(TaskStatus.COMPLETED);
        }
    }

    @Test
    void aChildHasNoMoreTimeThanItsParent() {
        try (TestBus test = TestBus.seeded(5)) {
            var left = new AtomicReference<Duration>();
            AgentRef<Integer, Integer> child =
                    test.register(AgentSpec.<Integer, Integer>named("child").handler((n, ctx) -> {
                        left.set(ctx.remaining());
                        test.takeTime(Duration.ofHours(1));
                        return n;
                    }));
            AgentRef<Integer, Integer> parent = test.register(AgentSpec.<Integer, Integer>named("parent")
                    .timeout(Duration.ofSeconds(30))
                    .handler((n, ctx) -> {
                        test.takeTime(Duration.ofSeconds(10));
                        return ctx.ask(child, n);
                    }));
            TaskHandle<Integer> task = parent.submit(1).orThrow();
            test.advance(Duration.ofSeconds(30));
            assertThat(left.get()).isEqualTo(Duration.ofSeconds(20));
            assertThat(task.status()).isEqualTo(TaskStatus.TIMED_OUT);
            assertThat(child.numbers().running() + child.numbers().stopping()).isZero();
        }
    }

    @Test
    void aChildSubmittedByAnotherThreadOfItsParentHasNoMoreTimeEither() {
        try (TestBus test = TestBus.seeded(5)) {
            var left = new AtomicReference<Duration>();
            AgentRef<Integer, Integer> child =
                    test.register(AgentSpec.<Integer, Integer>named("child").handler((n, ctx) -> {
                        left.set(ctx.remaining());
                        return n;
                    }));
            AgentRef<Integer, Integer> parent = test.register(AgentSpec.<Integer, Integer>named("parent")
                    .timeout(Duration.ofSeconds(30))
                    .handler((n, ctx) -> {
                        // under no deadline but its parent's
                        CompletableFuture.runAsync(() -> ctx.submit(child, n).orThrow())
                                .join();
                        return n;
                    }));
            parent.submit(1).orThrow();
            test.run();
            assertThat(left.get()).isEqualTo(Duration.ofSeconds(30));
        }
    }

    @Test
    void tenThousandWaitsBetweenAttemptsNeedNoMoreThanTheFewThreadsThatThereAre() {
        try (AgentBus bus = AgentBus.builder()
                .threads(BusThreads.pool(2))
                .drainFor(Duration.ZERO)
                .build()) {
            AgentRef<Integer, Integer> failing = bus.register(AgentSpec.<Integer, Integer>named("failing")
                    .capacity(20_000)
                    .maxConcurrency(2)
                    .retry(Retries.every(Duration.ofMinutes(4), 1))
                    .handler((n, ctx) -> {
                        throw new ConnectException();
                    }));
            for (int i = 0; i < 10_000; i++) {
                failing.submit(i).orThrow();
            }
            Await.until("all wait at once", () -> failing.numbers().backingOff() == 10_000);
            long threads = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().startsWith("mneme-bus"))
                    .count();
            // of this bus two and its timer; of buses that were closed, those that end when idle
            assertThat(threads).isLessThan(200);
        }
    }

    @Test
    void tenThousandWaitsBetweenAttemptsHoldNoThreadAndNoSlotAndAreCancelledOneByOne() {
        try (TestBus test = TestBus.seeded(5)) {
            AgentRef<Integer, Integer> failing = test.register(AgentSpec.<Integer, Integer>named("failing")
                    .capacity(20_000)
                    .retry(Retries.every(Duration.ofSeconds(60), 3))
                    .handler((n, ctx) -> {
                        throw new ConnectException();
                    }));
            List<TaskHandle<Integer>> tasks = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                tasks.add(failing.submit(i).orThrow());
            }
            test.run();
            assertThat(failing.numbers().backingOff()).isEqualTo(10_000);
            assertThat(failing.numbers().running() + failing.numbers().stopping())
                    .isZero();
            tasks.forEach(TaskHandle::cancel);
            assertThat(failing.numbers().cancelled()).isEqualTo(10_000);
            int before = test.log().size();
            test.advance(Duration.ofMinutes(10));
            assertThat(test.log()).hasSize(before);
        }
    }

    @Test
    void anActionIsDoneOnceAndNotWhenItWasTakenBackOrTheAttemptIsOver() {
        try (TestBus test = TestBus.seeded(5)) {
            var done = new AtomicInteger();
            var late = new AtomicReference<TaskContext>();
            AgentRef<Integer, Integer> agent =
                    test.register(AgentSpec.<Integer, Integer>named("one").handler((n, ctx) -> {
                        late.set(ctx);
                        ctx.onCancel(() -> done.addAndGet(100)).remove();
                        ctx.onCancel(done::incrementAndGet);
                        ctx.onCancel(() -> {
                            throw new IOException("a failing action keeps nothing from happening");
                        });
                        test.takeTime(Duration.ofSeconds(n));
                        return n;
                    }));
            TaskHandle<Integer> task = agent.submit(5).orThrow();
            test.advance(Duration.ofSeconds(1));
            task.cancel();
            test.run();
            assertThat(done.get()).isOne();
            // after the end: at once
            late.get().onCancel(() -> done.addAndGet(10));
            assertThat(done.get()).isEqualTo(11);

            TaskHandle<Integer> completed = agent.submit(1).orThrow();
            test.advance(Duration.ofSeconds(2));
            assertThat(completed.cancel()).isFalse();
            test.run();
            assertThat(done.get()).isEqualTo(11);
        }
    }

    @Test
    void aHandlerThatThrowsAnErrorFailsItsTaskAndNothingElse() {
        for (var threads : Buses.threads().toList()) {
            try (AgentBus bus = Buses.on(threads.getPayload())) {
                AgentRef<Integer, Integer> agent = bus.register(AgentSpec.<Integer, Integer>named("broken")
                        .maxConcurrency(1)
                        .retry(RetrySettings.of(3, Duration.ofMillis(1), Duration.ofMillis(1)))
                        .handler((n, ctx) -> {
                            if (n == 1) {
                                throw new StackOverflowError();
                            }
                            return n;
                        }));
                Outcome<Integer> outcome =
                        agent.submit(1).orThrow().awaitOutcome(LONG).orElseThrow();
                assertThat(outcome.status()).isEqualTo(TaskStatus.HANDLER_FAILED);
                assertThat(outcome.failure().orElseThrow()).isInstanceOf(StackOverflowError.class);
                assertThat(agent.submit(2)
                                .orThrow()
                                .awaitOutcome(LONG)
                                .orElseThrow()
                                .get())
                        .isEqualTo(2);
            }
        }
    }

    private static void awaitDeaf(CountDownLatch latch) {
        var interrupted = new AtomicBoolean();
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted.set(true);
            }
        }
    }
}
