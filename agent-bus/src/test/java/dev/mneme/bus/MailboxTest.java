package dev.mneme.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.mneme.Tenant;
import dev.mneme.events.Priority;
import dev.mneme.events.stream.Await;
import dev.mneme.resilience.Deadline;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MailboxTest {

    private static final Tenant ANNA = Tenant.of("anna");
    private static final Tenant BORIS = Tenant.of("boris");

    @Test
    void neverMoreWaitThanTheCapacityAndTheNextIsToldSo() {
        try (TestBus test = TestBus.seeded(7)) {
            AgentRef<Integer, Integer> agent = test.register(busy(test, "full", 10, 1));
            agent.submit(0).orThrow();
            test.run();
            for (int i = 0; i < 10; i++) {
                assertThat(agent.submit(i)).isInstanceOf(Submission.Accepted.class);
            }
            Submission<Integer> refused = agent.submit(11);
            assertThat(refused).isInstanceOf(Submission.Rejected.class);
            assertThat(refused.<RejectReason>fold(yes -> null, Submission.Rejected::reason))
                    .isEqualTo(RejectReason.QUEUE_FULL);
            assertThatThrownBy(refused::orThrow)
                    .isInstanceOf(SubmissionRejectedException.class)
                    .hasMessageContaining("QUEUE_FULL");
            assertThat(agent.numbers().queued()).isEqualTo(10);
            assertThat(agent.numbers().rejected()).containsEntry(RejectReason.QUEUE_FULL, 1L);
            test.advance(Duration.ofSeconds(1));
            assertThat(agent.submit(12)).isInstanceOf(Submission.Accepted.class);
            assertThat(agent.submit(13)).isInstanceOf(Submission.Rejected.class);
        }
    }

    @Test
    void ofManyWhoSawTheSameRoomOnlyOneGetsIt() throws Exception {
        var release = new CountDownLatch(1);
        var allSawRoom = new CyclicBarrier(8);
        // called between the first look at the room and the decision
        ContextCarrier carrier = () -> {
            if (Thread.currentThread().getName().startsWith("submitter")) {
                meet(allSawRoom);
            }
            return () -> () -> {};
        };
        try (AgentBus bus = AgentBus.builder().context(carrier).build()) {
            AgentRef<Integer, Integer> agent = bus.register(AgentSpec.<Integer, Integer>named("full")
                    .capacity(1)
                    .maxConcurrency(1)
                    .handler((n, ctx) -> {
                        release.await();
                        return n;
                    }));
            agent.submit(0).orThrow();
            Await.until("it runs", () -> agent.numbers().running() == 1);
            List<Thread> threads = new ArrayList<>();
            var accepted = new AtomicInteger();
            for (int i = 0; i < 8; i++) {
                Runnable submitter = () -> agent.submit(1).handle(yes -> accepted.incrementAndGet(), no -> {});
                threads.add(new Thread(submitter, "submitter-" + i));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join(60_000);
            }
            assertThat(accepted.get()).isOne();
            assertThat(agent.numbers().queued()).isOne();
            assertThat(agent.numbers().rejected()).containsEntry(RejectReason.QUEUE_FULL, 7L);
            release.countDown();
        }
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theTimeToComeBackAfterFollowsHowLongTasksTake() {
        try (TestBus test = TestBus.seeded(7)) {
            AgentRef<Integer, Integer> agent = test.register(busy(test, "slow", 1, 2));
            for (int i = 0; i < 8; i++) {
                agent.submit(i).orThrow();
                test.advance(Duration.ofSeconds(1));
            }
            agent.submit(0).orThrow();
            agent.submit(0);
            // a second over two at once, as a power of two of milliseconds
            assertThat(agent.submit(0).<Duration>fold(yes -> Duration.ZERO, Submission.Rejected::retryAfter))
                    .isEqualTo(Duration.ofMillis(512));
        }
    }

    @Test
    void sayingNoToAFloodAllocatesNothing() {
        var release = new CountDownLatch(1);
        try (AgentBus bus = AgentBus.builder().drainFor(Duration.ZERO).build()) {
            AgentRef<Integer, Integer> agent = bus.register(AgentSpec.<Integer, Integer>named("full")
                    .capacity(1)
                    .maxConcurrency(1)
                    .handler((n, ctx) -> {
                        release.await();
                        return n;
                    }));
            agent.submit(1).orThrow();
            Await.until("it runs", () -> agent.numbers().running() == 1);
            agent.submit(2).orThrow();
            Submit how = Submit.by(ANNA);
            var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 20; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 1_000; i++) {
                    agent.submit(3, how);
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertThat(least).isLessThan(1_000);
            release.countDown();
        }
    }

    @Test
    void asManyRunAsMayAndNeverMore() {
        for (var threads : Buses.threads().toList()) {
            try (AgentBus bus = Buses.on(threads.getPayload())) {
                var now = new AtomicInteger();
                var peak = new AtomicInteger();
                AgentRef<Integer, Integer> agent = bus.register(AgentSpec.<Integer, Integer>named("three")
                        .maxConcurrency(3)
                        .handler((n, ctx) -> {
                            peak.accumulateAndGet(now.incrementAndGet(), Math::max);
                            Thread.sleep(1);
                            now.decrementAndGet();
                            return n;
                        }));
                List<TaskHandle<Integer>> tasks = new ArrayList<>();
                for (int i = 0; i < 200; i++) {
                    tasks.add(agent.submit(i).orThrow());
                }
                tasks.forEach(task ->
                        task.awaitOutcome(Duration.ofMinutes(1)).orElseThrow().get());
                assertThat(peak.get()).as(threads.getName()).isEqualTo(3);
            }
        }
    }

    @Test
    void concurrencyIsChangedWhileTasksRun() {
        try (TestBus test = TestBus.seeded(3)) {
            AgentRef<Integer, Integer> agent = test.register(busy(test, "growing", 100, 1));
            for (int i = 0; i < 20; i++) {
                agent.submit(i).orThrow();
            }
            test.run();
            assertThat(agent.numbers().running()).isEqualTo(1);
            agent.maxConcurrency(5);
            test.run();
            assertThat(agent.numbers().running()).isEqualTo(5);
            agent.maxConcurrency(2);
            test.run();
            assertThat(agent.numbers().running()).isEqualTo(5);
            test.advance(Duration.ofSeconds(1));
            assertThat(agent.numbers().running()).isEqualTo(2);
        }
    }

    @Test
    void aTenantMayFillAQuarterAndTheOthersStillGetIn() {
        try (TestBus test = TestBus.seeded(3)) {
            AgentRef<Integer, Integer> agent = test.register(busy(test, "shared", 100, 1));
            int anna = 0;
            while (agent.submit(1, Submit.by(ANNA)) instanceof Submission.Accepted) {
                anna++;
            }
            assertThat(anna).isEqualTo(25);
            assertThat(agent.submit(1, Submit.by(ANNA)).<RejectReason>fold(yes -> null, Submission.Rejected::reason))
                    .isEqualTo(RejectReason.TENANT_FULL);
            assertThat(agent.submit(1, Submit.by(BORIS))).isInstanceOf(Submission.Accepted.class);
            test.run();
            // one of the two began, and makes room
            test.advance(Duration.ofSeconds(2));
            assertThat(agent.submit(1, Submit.by(ANNA))).isInstanceOf(Submission.Accepted.class);
        }
    }

    @Test
    void twoTenantsGetHalfOfTheStartsEachHoweverMuchOneOfThemSubmits() {
        try (TestBus test = TestBus.seeded(3)) {
            Map<String, Integer> starts = new TreeMap<>();
            AgentRef<Integer, Integer> agent = test.register(AgentSpec.<Integer, Integer>named("shared")
                    .capacity(40_000)
                    .timeout(Duration.ofDays(1))
                    .handler((n, ctx) -> {
                        starts.merge(ctx.tenant().orElseThrow().id(), 1, Integer::sum);
                        test.takeTime(Duration.ofSeconds(1));
                        return n;
                    }));
            for (int i = 0; i < 5_000; i++) {
                agent.submit(i, Submit.by(ANNA)).orThrow();
            }
            for (int i = 0; i < 50; i++) {
                agent.submit(i, Submit.by(BORIS)).orThrow();
            }
            test.advance(Duration.ofSeconds(32));
            assertThat(starts.get("boris")).isBetween(45, 50);
            assertThat(starts.get("anna")).isBetween(45, 54);
        }
    }

    @Test
    void lowGetsOneOfFifteenTurnsWhileAllPrioritiesWait() {
        try (TestBus test = TestBus.seeded(3)) {
            List<Priority> order = new ArrayList<>();
            AgentRef<Priority, Integer> agent = test.register(AgentSpec.<Priority, Integer>named("ranked")
                    .maxConcurrency(1)
                    .handler((priority, ctx) -> {
                        order.add(priority);
                        return 1;
                    }));
            for (int i = 0; i < 40; i++) {
                for (Priority priority : Priority.values()) {
                    agent.submit(priority, Submit.byHost().priority(priority)).orThrow();
                }
            }
            test.run();
            List<Priority> first = order.subList(0, 60);
            assertThat(first).filteredOn(p -> p == Priority.LOW).hasSize(4);
            assertThat(first).filteredOn(p -> p == Priority.NORMAL).hasSize(8);
            assertThat(first).filteredOn(p -> p == Priority.HIGH).hasSize(16);
            assertThat(first).filteredOn(p -> p == Priority.CRITICAL).hasSize(32);
            assertThat(order).hasSize(160);
        }
    }

    @Test
    void whatExpiresInTheQueueNeverStarts() {
        try (TestBus test = TestBus.seeded(3)) {
            var started = new AtomicInteger();
            AgentRef<Integer, Integer> agent = test.register(AgentSpec.<Integer, Integer>named("late")
                    .capacity(100_000)
                    .maxConcurrency(1)
                    .handler((n, ctx) -> {
                        started.incrementAndGet();
                        test.takeTime(Duration.ofSeconds(100));
                        return n;
                    }));
            agent.submit(0).orThrow();
            test.run();
            for (int i = 0; i < 100_000; i++) {
                agent.submit(i, Submit.byHost().deadline(Duration.ofSeconds(1 + i % 90)))
                        .orThrow();
            }
            // at their deadlines, while the slot is still taken
            test.advance(Duration.ofSeconds(95));
            assertThat(agent.numbers().failed()).isEqualTo(100_000);
            assertThat(agent.numbers().waiting()).isZero();
            test.advance(Duration.ofSeconds(105));
            assertThat(started.get()).isOne();
            assertThat(agent.numbers().completed()).isOne();
        }
    }

    @Test
    void whatExpiresInTheMomentInWhichASlotIsFreeDoesNotStart() {
        for (int seed = 0; seed < 20; seed++) {
            try (TestBus test = TestBus.seeded(seed)) {
                List<Integer> started = new ArrayList<>();
                AgentRef<Integer, Integer> agent = test.register(AgentSpec.<Integer, Integer>named("late")
                        .maxConcurrency(1)
                        .handler((n, ctx) -> {
                            started.add(n);
                            test.takeTime(Duration.ofSeconds(10));
                            return n;
                        }));
                agent.submit(1).orThrow();
                test.run();
                TaskHandle<Integer> late = agent.submit(2, Submit.byHost().deadline(Duration.ofSeconds(10)))
                        .orThrow();
                test.advance(Duration.ofSeconds(60));
                assertThat(started).as("seed %s", seed).containsExactly(1);
                assertThat(late.status()).as("seed %s", seed).isEqualTo(TaskStatus.TIMED_OUT);
            }
        }
    }

    @Test
    void aDeadlineOfTheSubmittingThreadHoldsForTheTask() {
        try (TestBus test = TestBus.seeded(3)) {
            AgentRef<Integer, Integer> agent = test.register(busy(test, "late", 10, 1));
            Submission<Integer> task = Deadline.after(Duration.ofMinutes(4)).call(() -> agent.submit(1));
            TaskHandle<Integer> handle = task.orThrow();
            assertThat(((TaskCell<?, ?>) handle).deadlineNanos
                            - ((TaskCell<?, ?>) agent.submit(1).orThrow()).deadlineNanos)
                    .isLessThanOrEqualTo(-Duration.ofMinutes(1).toNanos());
        }
    }

    @ParameterizedTest
    @MethodSource("dev.mneme.bus.Buses#threads")
    void anAgentFloodedWithWorkDoesNotKeepTheOthersWaiting(BusThreads threads) {
        try (AgentBus bus =
                AgentBus.builder().threads(threads).drainFor(Duration.ZERO).build()) {
            var floodStarts = new AtomicInteger();
            AgentRef<Integer, Integer> flooded = bus.register(AgentSpec.<Integer, Integer>named("flooded")
                    .capacity(20_000)
                    .maxConcurrency(100)
                    .handler((n, ctx) -> {
                        floodStarts.incrementAndGet();
                        Thread.sleep(5);
                        return n;
                    }));
            List<AgentRef<Integer, Integer>> light = new ArrayList<>();
            for (int i = 0; i < 99; i++) {
                light.add(bus.register(
                        AgentSpec.<Integer, Integer>named("light-" + i).handler((n, ctx) -> floodStarts.get())));
            }
            for (int i = 0; i < 20_000; i++) {
                flooded.submit(i).orThrow();
            }
            Await.until("the flood runs", () -> floodStarts.get() > 20);
            int before = floodStarts.get();
            List<TaskHandle<Integer>> tasks = new ArrayList<>();
            for (AgentRef<Integer, Integer> agent : light) {
                tasks.add(agent.submit(1).orThrow());
            }
            for (TaskHandle<Integer> task : tasks) {
                task.awaitOutcome(Duration.ofMinutes(1)).orElseThrow().get();
            }
            // one task of the flood in each round of the ring, and those that had begun; not the thousands that wait
            assertThat(floodStarts.get() - before).isLessThan(2_000);
        }
    }

    @Test
    void onAPoolALightAgentWaitsForOneTaskOfAFloodedOneAtMost() {
        var release = new CountDownLatch(1);
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        try (AgentBus bus = AgentBus.builder()
                .threads(BusThreads.pool(1))
                .drainFor(Duration.ZERO)
                .build()) {
            AgentRef<Integer, Integer> flooded = bus.register(AgentSpec.<Integer, Integer>named("flooded")
                    .maxConcurrency(100)
                    .handler((n, ctx) -> {
                        order.add("flooded");
                        release.await();
                        return n;
                    }));
            for (int i = 0; i < 500; i++) {
                flooded.submit(i).orThrow();
            }
            Await.until("the only thread is at it", () -> order.size() == 1);
            List<TaskHandle<Integer>> tasks = new ArrayList<>();
            for (int i = 0; i < 99; i++) {
                AgentRef<Integer, Integer> light = bus.register(
                        AgentSpec.<Integer, Integer>named("light-" + i).handler((n, ctx) -> {
                            order.add("light");
                            return n;
                        }));
                tasks.add(light.submit(i).orThrow());
            }
            release.countDown();
            tasks.forEach(
                    task -> assertThat(task.awaitOutcome(Duration.ofMinutes(1))).isPresent());
        }
        // the one that was running, and one more whose turn had come
        assertThat(order.subList(0, order.lastIndexOf("light")))
                .filteredOn("flooded"::equals)
                .hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void settingsOutOfRangeAreRefusedWithRuleAndValue() {
        assertThatThrownBy(() -> AgentSpec.named("x").capacity(0)).hasMessageContaining("capacity must be 1 to");
        assertThatThrownBy(() -> AgentSpec.named("x").maxConcurrency(0)).hasMessageContaining("was 0");
        assertThatThrownBy(() -> AgentSpec.named("x").tenantCapacity(-1)).hasMessageContaining("was -1");
        assertThatThrownBy(() -> AgentSpec.named("x").timeout(Duration.ZERO)).hasMessageContaining("timeout");
        assertThatThrownBy(() -> AgentSpec.named(" ")).hasMessageContaining("name");
        assertThatThrownBy(() -> Submit.byHost().key("")).hasMessageContaining("key");
        assertThatThrownBy(() -> Submit.byHost().deadline(Duration.ofDays(400))).hasMessageContaining("a year");
        assertThatThrownBy(() -> Submit.by(ANNA).session(dev.mneme.SessionKey.of("boris", "s")))
                .hasMessageContaining("session");
        try (AgentBus bus = AgentBus.create()) {
            bus.register(AgentSpec.<Integer, Integer>named("one").handler((n, ctx) -> n));
            assertThatThrownBy(() -> bus.register(
                            AgentSpec.<Integer, Integer>named("one").handler((n, ctx) -> n)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("one");
        }
    }

    private static AgentSpec<Integer, Integer> busy(TestBus test, String name, int capacity, int maxConcurrency) {
        return AgentSpec.<Integer, Integer>named(name)
                .capacity(capacity)
                .maxConcurrency(maxConcurrency)
                .handler((n, ctx) -> {
                    test.takeTime(Duration.ofSeconds(1));
                    return n;
                });
    }
}
