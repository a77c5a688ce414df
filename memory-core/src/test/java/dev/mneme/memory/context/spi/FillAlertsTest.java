package dev.mneme.memory.context.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.FillAlert;
import dev.mneme.memory.context.Limits;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FillAlertsTest {

    @Test
    void whatAHangingListenerCannotTakeIsDroppedAndCounted() throws InterruptedException {
        var entered = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var heard = new AtomicInteger();
        var last = new CountDownLatch(1 + FillAlerts.MAX_UNTOLD);
        try (var alerts = new FillAlerts(Limits.perAgent(10).alertAt(0.5), (FillAlert alert) -> {
            entered.countDown();
            try {
                goOn.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            heard.incrementAndGet();
            last.countDown();
        })) {
            alerts.counted(AgentKey.of("t", "first"), 5);
            assertThat(entered.await(60, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < FillAlerts.MAX_UNTOLD + 7; i++) {
                alerts.counted(AgentKey.of("t", "a" + i), 5);
            }

            assertThat(alerts.dropped()).isEqualTo(7);
            assertThat(alerts.agents()).isEqualTo(FillAlerts.MAX_UNTOLD + 8);
            goOn.countDown();
            assertThat(last.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(heard).hasValue(FillAlerts.MAX_UNTOLD + 1);
        }
    }

    @Test
    void moreAgentsThanAreWatchedAreCountedAsDropped() {
        try (var alerts = new FillAlerts(Limits.perAgent(10).alertAt(0.5), null)) {
            for (int i = 0; i < FillAlerts.MAX_AGENTS + 3; i++) {
                alerts.counted(AgentKey.of("t", "a" + i), 9);
            }
            assertThat(alerts.agents()).isEqualTo(FillAlerts.MAX_AGENTS);
            assertThat(alerts.dropped()).isEqualTo(3);
            alerts.counted(AgentKey.of("t", "a0"), 0);
            alerts.counted(AgentKey.of("t", "one more"), 9);
            assertThat(alerts.agents()).isEqualTo(FillAlerts.MAX_AGENTS);
            assertThat(alerts.dropped()).isEqualTo(3);
        }
    }

    @Test
    void withoutALimitNothingIsWatched() {
        try (var alerts = new FillAlerts(Limits.none(), null)) {
            alerts.counted(AgentKey.of("t", "a"), 1_000_000);
            assertThat(alerts.agents()).isZero();
        }
    }

    @Test
    void whatWaitsWhenItClosesIsStillTold() throws InterruptedException {
        var goOn = new CountDownLatch(1);
        var heard = new CountDownLatch(3);
        try (var alerts = new FillAlerts(Limits.perAgent(10).alertAt(0.5), (FillAlert alert) -> {
            try {
                goOn.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            heard.countDown();
        })) {
            for (int i = 0; i < 3; i++) {
                alerts.counted(AgentKey.of("t", "a" + i), 5);
            }
        }
        goOn.countDown();
        assertThat(heard.await(60, TimeUnit.SECONDS)).isTrue();
    }
}
