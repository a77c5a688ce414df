package dev.mneme.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Answers, failures, silence and cancellation from many threads at once, on the real timer. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class PolicyAsyncStressTest {

    private static final int CALLS = Boolean.getBoolean("mneme.long") ? 20_000 : 1_500;

    @Test
    void everyCallComesToAnEndAndNothingItHeldIsLost() throws Exception {
        ScheduledExecutorService target = Executors.newScheduledThreadPool(2);
        ExecutorService executor = Executors.newFixedThreadPool(3);
        ExecutorService callers = Executors.newFixedThreadPool(4);
        var resilience = Resilience.builder()
                .executor(executor)
                .classifier(Outage.classifier())
                .build();
        Policy policy = resilience.policy(
                "target",
                Target.STORE
                        .settings()
                        .withAttemptTimeout(Duration.ofMillis(10))
                        .withBreaker(BreakerSettings.defaults()
                                .withFailuresInARow(8)
                                .withOpenTimes(Duration.ofMillis(1), 2, Duration.ofMillis(4))
                                .withProbeLease(Duration.ofMillis(500)))
                        .withRetry(RetrySettings.of(2, Duration.ofMillis(2), Duration.ofMillis(4)))
                        .withBulkhead(BulkheadSettings.of(3).withQueue(6, Duration.ofMillis(5))));
        List<Future<List<CompletableFuture<String>>>> batches = new ArrayList<>();
        for (int caller = 0; caller < 4; caller++) {
            var random = new Random(caller);
            batches.add(callers.submit(() -> {
                List<CompletableFuture<String>> results = new ArrayList<>();
                for (int i = 0; i < CALLS; i++) {
                    int dice = random.nextInt(10);
                    long micros = random.nextInt(3_000);
                    var result = policy.callAsync(() -> upstream(target, dice, micros))
                            .toCompletableFuture();
                    if (dice == 9) {
                        result.cancel(true);
                    }
                    results.add(result);
                    LockSupport.parkNanos(300_000);
                    if (i % 4 == 0) {
                        result.handle((answer, failure) -> answer).get();
                    }
                }
                return results;
            }));
        }
        for (var batch : batches) {
            for (CompletableFuture<String> result : batch.get()) {
                result.handle((answer, failure) -> answer).get();
            }
        }
        callers.shutdown();
        executor.shutdown();
        assertThat(executor.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        target.shutdownNow();
        BulkheadNumbers places = policy.bulkhead().orElseThrow().numbers();
        assertThat(places.running()).isZero();
        assertThat(places.waiting()).isZero();
        PolicyNumbers numbers = policy.numbers();
        assertThat(numbers.attempts()).as("attempts, or nothing was tried").isGreaterThan(CALLS / 10L);
        assertThat(numbers.failures().get(ErrorClass.SERVER)).isPositive();
        assertThat(numbers.failures().get(ErrorClass.TIMEOUT)).isPositive();
        assertThat(numbers.failures().get(ErrorClass.CANCELLED)).isPositive();
        assertThat(policy.breaker().numbers().successes()).isPositive();
        assertThat(policy.numbers().calls()).isEqualTo(4L * CALLS);
    }

    private static CompletableFuture<String> upstream(ScheduledExecutorService target, int dice, long micros) {
        var answer = new CompletableFuture<String>();
        if (dice < 5) {
            target.schedule(() -> answer.complete("answer"), micros, TimeUnit.MICROSECONDS);
        } else if (dice < 8) {
            target.schedule(
                    () -> answer.completeExceptionally(new Outage(ErrorClass.SERVER)), micros, TimeUnit.MICROSECONDS);
        }
        return answer;
    }
}
