package dev.mneme.bus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.events.stream.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A pool's thread that is inside of a handler that was given up is replaced, up to the pool's bound. */
class GivenUpHandlersTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    private final List<CountDownLatch> releases = new ArrayList<>();

    @AfterEach
    void releaseAll() {
        releases.forEach(CountDownLatch::countDown);
    }

    @Test
    void theThreadOfAHandlerThatWasGivenUpIsReplaced() {
        try (AgentBus bus = bus(BusThreads.pool(1))) {
            AgentRef<CountDownLatch, Integer> deaf = deaf(bus);
            AgentRef<Integer, Integer> other =
                    bus.register(AgentSpec.<Integer, Integer>named("other").handler((n, ctx) -> n));
            for (int i = 1; i <= 3; i++) {
                giveUp(deaf, release());
                assertThat(deaf.numbers().zombies()).isEqualTo(i);
                TaskHandle<Integer> next = other.submit(i).orThrow();
                assertThat(next.awaitOutcome(LONG).orElseThrow().get()).isEqualTo(i);
            }
        }
    }

    @Test
    void whenItReturnsTheThreadThatReplacedItIsOneTooMany() {
        try (AgentBus bus = bus(BusThreads.pool(1))) {
            AgentRef<CountDownLatch, Integer> deaf = deaf(bus);
            CountDownLatch release = release();
            giveUp(deaf, release);
            release.countDown();
            Await.until("it returns", () -> deaf.numbers().zombies() == 0);
            var inside = new AtomicInteger();
            var most = new AtomicInteger();
            AgentRef<Integer, Integer> other = bus.register(AgentSpec.<Integer, Integer>named("other")
                    .capacity(200)
                    .maxConcurrency(9)
                    .handler((n, ctx) -> {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        LockSupport.parkNanos(10_000);
                        inside.decrementAndGet();
                        return n;
                    }));
            List<TaskHandle<Integer>> tasks = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                tasks.add(other.submit(i).orThrow());
            }
            tasks.forEach(task -> assertThat(task.awaitOutcome(LONG)).isPresent());
            assertThat(most.get()).isOne();
        }
    }

    @Test
    void thoseThatWereGivenUpAndThoseThatWaitHaveOneBound() {
        try (AgentBus bus = bus(BusThreads.pool(1).maxSuspended(1))) {
            AgentRef<CountDownLatch, Integer> deaf = deaf(bus);
            AgentRef<Integer, Integer> inner =
                    bus.register(AgentSpec.<Integer, Integer>named("inner").handler((n, ctx) -> n * 2));
            AgentRef<Integer, Integer> outer =
                    bus.register(AgentSpec.<Integer, Integer>named("outer").handler((n, ctx) -> ctx.ask(inner, n)));
            CountDownLatch release = release();
            giveUp(deaf, release);
            Outcome<Integer> refused =
                    outer.submit(1).orThrow().awaitOutcome(LONG).orElseThrow();
            assertThat(refused.failure().orElseThrow()).isInstanceOf(AwaitRefusedException.class);
            release.countDown();
            Await.until("it returns", () -> deaf.numbers().zombies() == 0);
            assertThat(outer.submit(1)
                            .orThrow()
                            .awaitOutcome(LONG)
                            .orElseThrow()
                            .get())
                    .isEqualTo(2);
        }
    }

    @Test
    void beyondTheBoundItsThreadIsMissingUntilAHandlerReturns() {
        try (AgentBus bus = bus(BusThreads.pool(1).maxSuspended(1))) {
            AgentRef<CountDownLatch, Integer> deaf = deaf(bus);
            AgentRef<Integer, Integer> other =
                    bus.register(AgentSpec.<Integer, Integer>named("other").handler((n, ctx) -> n));
            CountDownLatch first = release();
            giveUp(deaf, first);
            giveUp(deaf, release());
            TaskHandle<Integer> next = other.submit(1).orThrow();
            assertThat(next.status()).isEqualTo(TaskStatus.QUEUED);
            first.countDown();
            assertThat(next.awaitOutcome(LONG).orElseThrow().get()).isEqualTo(1);
            assertThat(deaf.numbers().zombies()).isOne();
        }
    }

    @Test
    void itsThreadIsReplacedAsSoonAsTheBoundAllows() {
        try (AgentBus bus = bus(BusThreads.pool(2).maxSuspended(1))) {
            AgentRef<CountDownLatch, Integer> deaf = deaf(bus);
            CountDownLatch asked = release();
            AgentRef<Integer, Integer> inner =
                    bus.register(AgentSpec.<Integer, Integer>named("inner").handler((n, ctx) -> {
                        asked.await();
                        return n;
                    }));
            AgentRef<Integer, Integer> outer =
                    bus.register(AgentSpec.<Integer, Integer>named("outer").handler((n, ctx) -> ctx.ask(inner, n)));
            TaskHandle<Integer> waiting = outer.submit(1).orThrow();
            Await.until(
                    "it waits",
                    () -> outer.numbers().awaiting() == 1 && inner.numbers().running() == 1);
            // the one that may be replaced is the one that waits
            giveUp(deaf, release());
            asked.countDown();
            assertThat(waiting.awaitOutcome(LONG).orElseThrow().get()).isEqualTo(1);
            // both threads are there again: two handlers can be inside at once, time after time
            var both = new CyclicBarrier(2);
            AgentRef<Integer, Integer> pair =
                    bus.register(AgentSpec.<Integer, Integer>named("pair").handler((n, ctx) -> {
                        both.await(1, TimeUnit.MINUTES);
                        return n;
                    }));
            for (int i = 0; i < 5; i++) {
                TaskHandle<Integer> one = pair.submit(1).orThrow();
                TaskHandle<Integer> two = pair.submit(2).orThrow();
                assertThat(one.awaitOutcome(LONG).orElseThrow().get()).isEqualTo(1);
                assertThat(two.awaitOutcome(LONG).orElseThrow().get()).isEqualTo(2);
            }
        }
    }

    private static AgentBus bus(BusThreads threads) {
        return AgentBus.builder().threads(threads).drainFor(Duration.ZERO).build();
    }

    /** Its handler returns when it is released, whatever it is told. */
    private static AgentRef<CountDownLatch, Integer> deaf(AgentBus bus) {
        return bus.register(AgentSpec.<CountDownLatch, Integer>named("deaf")
                .abandonAfter(Duration.ofMillis(20))
                .handler((release, ctx) -> {
                    ctx.progress("inside", 0);
                    while (true) {
                        try {
                            release.await();
                            return 0;
                        } catch (InterruptedException e) {
                            // it minds none
                        }
                    }
                }));
    }

    private CountDownLatch release() {
        var release = new CountDownLatch(1);
        releases.add(release);
        return release;
    }

    private static void giveUp(AgentRef<CountDownLatch, Integer> deaf, CountDownLatch release) {
        int before = deaf.numbers().zombies();
        TaskHandle<Integer> task = deaf.submit(release).orThrow();
        Await.until("it is inside", () -> task.progress().isPresent());
        task.cancel();
        Await.until("it is given up", () -> deaf.numbers().zombies() == before + 1);
    }
}
