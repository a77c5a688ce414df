package dev.mneme.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many threads meet at barriers on the gate; it stands in for a model checker, which would need a module of its own. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class CircuitBreakerStressTest {

    private static final int ROUNDS = Boolean.getBoolean("mneme.long") ? 20_000 : 300;

    private final ManualTicker ticker = new ManualTicker();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void sixtyFourThreadsAtHalfOpenAdmitExactlyOne() throws Exception {
        var breaker = new CircuitBreaker("target", BreakerSettings.defaults(), Classifier.standard(), ticker);
        var admitted = new AtomicInteger();
        for (int round = 0; round < ROUNDS; round++) {
            for (Permit permit = breaker.tryAdmit(); permit != null; permit = breaker.tryAdmit()) {
                permit.failed();
            }
            ticker.advance(breaker.numbers().untilRetry());
            admitted.set(0);
            List<Permit> permits = new ArrayList<>();
            for (Permit permit : together(64, breaker::tryAdmit)) {
                if (permit != null) {
                    admitted.incrementAndGet();
                    permits.add(permit);
                }
            }
            assertThat(admitted).as("admitted in round " + round).hasValue(1);
            permits.get(0).ignored();
        }
    }

    @Test
    void atMostOneProbeRunsWhileThreadsFailCancelSucceedAndTimePasses() throws Exception {
        // a lease that nobody outlives: a lost probe may legally overlap with its successor
        var settings = BreakerSettings.defaults().withProbeLease(Duration.ofDays(365));
        var breaker = new CircuitBreaker("target", settings, Classifier.standard(), ticker);
        var probes = new AtomicInteger();
        var most = new AtomicInteger();
        together(8, () -> {
            var random = RandomGenerator.getDefault();
            for (int i = 0; i < ROUNDS * 20; i++) {
                Permit permit = breaker.tryAdmit();
                if (permit == null) {
                    ticker.advance(Duration.ofSeconds(random.nextInt(60)));
                    continue;
                }
                if (permit.isProbe()) {
                    most.accumulateAndGet(probes.incrementAndGet(), Math::max);
                    Thread.yield();
                    probes.decrementAndGet();
                }
                int dice = random.nextInt(10);
                if (dice == 0) {
                    permit.ignored();
                } else if (dice < 4) {
                    permit.succeeded();
                } else {
                    permit.failed();
                }
            }
            return null;
        });
        assertThat(most).hasValue(1);
        for (int i = 0; i < 3; i++) {
            ticker.advance(Duration.ofSeconds(600));
            Permit permit = breaker.tryAdmit();
            assertThat(permit).as("the gate is not wedged").isNotNull();
            permit.succeeded();
        }
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    private <T> List<T> together(int count, Callable<T> act) throws Exception {
        var barrier = new CyclicBarrier(count);
        List<Future<T>> futures = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            futures.add(threads.submit(() -> {
                barrier.await();
                return act.call();
            }));
        }
        List<T> results = new ArrayList<>();
        for (Future<T> future : futures) {
            results.add(future.get());
        }
        return results;
    }
}
