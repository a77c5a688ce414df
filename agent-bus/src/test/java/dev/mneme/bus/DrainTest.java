package dev.mneme.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.events.stream.Await;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class DrainTest {

    @Test
    void whatWasAcceptedEndsInItsOwnWayAndNothingMoreIsAccepted() {
        try (TestBus test = TestBus.seeded(9)) {
            var self = new AtomicReference<AgentRef<Integer, Integer>>();
            AgentRef<Integer, Integer> agent = test.register(AgentSpec.<Integer, Integer>named("one")
                    .retry(Retries.every(Duration.ofSeconds(1), 2))
                    .handler((n, ctx) -> {
                        test.takeTime(Duration.ofSeconds(1));
                        if (ctx.attempt() == 1) {
                            throw new ConnectException();
                        }
                        assertThat(ctx.submit(self.get(), 1)).isInstanceOf(Submission.Rejected.class);
                        return n;
                    }));
            self.set(agent);
            for (int i = 0; i < 9; i++) {
                agent.submit(i).orThrow();
            }
            DrainReport report = test.bus().drain(Duration.ofMinutes(1));
            assertThat(report).isEqualTo(new DrainReport(9, List.of(), 0));
            assertThat(report.isClean()).isTrue();
            assertThat(agent.numbers().completed()).isEqualTo(9);
            assertThat(agent.submit(1).<RejectReason>fold(yes -> null, Submission.Rejected::reason))
                    .isEqualTo(RejectReason.DRAINING);
            assertThatThrownBy(() -> test.register(
                            AgentSpec.<Integer, Integer>named("two").handler((n, ctx) -> n)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("drained");
        }
    }

    @Test
    void whatHasNotEndedInTimeIsCancelledAndNamed() {
        try (TestBus test = TestBus.seeded(9)) {
            AgentRef<Integer, Integer> agent = test.register(
                    AgentSpec.<Integer, Integer>named("slow").maxConcurrency(2).handler((n, ctx) -> {
                        test.takeTime(Duration.ofSeconds(10));
                        return n;
                    }));
            List<TaskHandle<Integer>> tasks = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                tasks.add(agent.submit(i).orThrow());
            }
            DrainReport report = test.bus().drain(Duration.ofSeconds(15));
            assertThat(report.finished()).isEqualTo(2);
            assertThat(report.unfinished()).hasSize(4);
            assertThat(report.unfinished())
                    .filteredOn(left -> left.status().equals(TaskStatus.RUNNING))
                    .hasSize(2);
            assertThat(report.stillRunning()).isZero();
            assertThat(tasks)
                    .filteredOn(task -> task.status().equals(new TaskStatus(TaskState.CANCELLED, TaskDetail.SHUTDOWN)))
                    .extracting(TaskHandle::id)
                    .containsExactlyInAnyOrderElementsOf(report.unfinished().stream()
                            .map(DrainReport.Unfinished::taskId)
                            .toList());
            assertThat(test.elapsed()).isEqualTo(Duration.ofSeconds(15));
        }
    }

    @Test
    void aDeregisteredAgentIsDrainedAloneAndItsNameIsFree() {
        try (TestBus test = TestBus.seeded(9);
                AgentBus other = AgentBus.create()) {
            AgentRef<Integer, Integer> gone =
                    test.register(AgentSpec.<Integer, Integer>named("a").handler((n, ctx) -> n));
            AgentRef<Integer, Integer> stays =
                    test.register(AgentSpec.<Integer, Integer>named("b").handler((n, ctx) -> n));
            gone.submit(1).orThrow();
            assertThat(test.bus().deregister(gone, Duration.ofSeconds(1)).finished())
                    .isOne();
            assertThat(gone.submit(1)).isInstanceOf(Submission.Rejected.class);
            assertThat(stays.submit(1)).isInstanceOf(Submission.Accepted.class);
            assertThat(test.bus().numbers()).extracting(AgentNumbers::name).containsExactly("b");
            test.register(AgentSpec.<Integer, Integer>named("a").handler((n, ctx) -> n));
            assertThat(test.bus().deregister(gone, Duration.ofSeconds(1)).isClean())
                    .isTrue();
            assertThat(test.bus().numbers()).hasSize(2);
            assertThatThrownBy(() -> other.deregister(stays, Duration.ZERO))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aTaskThatIsOnItsWayInWhenADrainBeginsAndEndsIsRejected() {
        var draining = new AtomicReference<AgentBus>();
        // called between the first look at the agent and the decision
        ContextCarrier carrier = () -> {
            AgentBus bus = draining.getAndSet(null);
            if (bus != null) {
                bus.drain(Duration.ZERO);
            }
            return () -> () -> {};
        };
        try (AgentBus bus = AgentBus.builder().context(carrier).build()) {
            AgentRef<Integer, Integer> agent =
                    bus.register(AgentSpec.<Integer, Integer>named("a").handler((n, ctx) -> n));
            draining.set(bus);
            assertThat(agent.submit(1).<RejectReason>fold(yes -> null, Submission.Rejected::reason))
                    .isEqualTo(RejectReason.DRAINING);
            assertThat(agent.numbers().accepted()).isZero();
        }
    }

    @Test
    void aBusThatWasGivenNothingToDoDrainsAtOnce() {
        AgentBus bus = AgentBus.create();
        bus.register(AgentSpec.<Integer, Integer>named("a").handler((n, ctx) -> n));
        assertThat(bus.drain(Duration.ofDays(1)).isClean()).isTrue();
        assertThat(AgentBus.create().drain(Duration.ofDays(1)).isClean()).isTrue();
    }

    @Test
    void aHandlerThatNeverReturnsIsCountedAndDoesNotHoldUpTheDrain() {
        var release = new CountDownLatch(1);
        var inside = new CountDownLatch(1);
        AgentBus bus = AgentBus.create();
        AgentRef<Integer, Integer> deaf =
                bus.register(AgentSpec.<Integer, Integer>named("deaf").handler((n, ctx) -> {
                    inside.countDown();
                    while (release.getCount() > 0) {
                        Thread.interrupted();
                        LockSupport.parkNanos(100_000);
                    }
                    return n;
                }));
        deaf.submit(1).orThrow();
        Await.until("it is inside", () -> inside.getCount() == 0);
        DrainReport report = bus.drain(Duration.ofMillis(1));
        release.countDown();
        assertThat(report.stillRunning()).isOne();
        assertThat(report.unfinished()).hasSize(1);
        assertThat(report.isClean()).isFalse();
    }
}
