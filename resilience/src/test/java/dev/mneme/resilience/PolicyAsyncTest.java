package dev.mneme.resilience;

import static dev.mneme.resilience.CircuitBreaker.State.CLOSED;
import static dev.mneme.resilience.CircuitBreaker.State.HALF_OPEN;
import static dev.mneme.resilience.CircuitBreaker.State.OPEN;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class PolicyAsyncTest {

    private final VirtualTime time = new VirtualTime();
    private final List<CompletableFuture<String>> upstream = new ArrayList<>();
    private final Resilience resilience = Resilience.builder()
            .ticker(time)
            .waits(time)
            .executor(Runnable::run)
            .random(new Random(7))
            .classifier(Outage.classifier())
            .build();

    @Test
    void aFailedAttemptIsRepeatedLaterAndTheAnswerComesThrough() {
        Policy policy = resilience.policy("target", Target.MODEL);
        var result = call(policy);
        upstream.get(0).completeExceptionally(new Outage(ErrorClass.OVERLOADED));
        assertThat(result).isNotDone();
        assertThat(upstream).hasSize(1);

        time.advance(Duration.ofSeconds(1));
        assertThat(upstream).hasSize(2);
        upstream.get(1).complete("answer");
        assertThat(result).isCompletedWithValue("answer");
        assertThat(time.waiting()).as("no timer is left behind").isZero();
        assertThat(policy.numbers().attempts()).isEqualTo(2);
        assertThat(policy.breaker().numbers().successes()).isEqualTo(1);
    }

    @Test
    void anAttemptThatNeverAnswersIsCancelledAndCountsAsAFailure() {
        Policy policy = resilience.policy("target", Target.STORE);
        var result = call(policy);
        time.runAll();
        assertThat(upstream).hasSize(3).allMatch(CompletableFuture::isCancelled);
        assertThat(failure(result)).isInstanceOf(CallTimeoutException.class);
        assertThat(policy.breaker().numbers().failures()).isEqualTo(3);
        assertThat(policy.numbers().failures()).containsEntry(ErrorClass.TIMEOUT, 3L);
    }

    @Test
    void aCancelledCallEndsItsAttemptGivesItsPlaceBackAndBlamesNobody() {
        Policy policy = resilience.policy("target", Target.STORE.settings().withBulkhead(BulkheadSettings.of(1)));
        var result = call(policy);
        result.cancel(true);
        assertThat(upstream.get(0)).isCancelled();
        assertThat(policy.bulkhead().orElseThrow().numbers().running()).isZero();
        assertThat(policy.breaker().numbers().failures()).isZero();
        assertThat(time.waiting()).isZero();
        assertThat(upstream).hasSize(1);
    }

    @Test
    void aCancelledProbeLeavesRoomForTheNext() {
        Policy policy = resilience.policy("target", Target.STORE.settings().withRetry(RetrySettings.none()));
        for (int i = 0; i < 5; i++) {
            var result = call(policy);
            upstream.get(i).completeExceptionally(new Outage(ErrorClass.SERVER));
            assertThat(failure(result)).isInstanceOf(Outage.class);
        }
        assertThat(policy.breaker().state()).isEqualTo(OPEN);
        time.advance(Duration.ofSeconds(60));
        call(policy).cancel(false);
        assertThat(policy.breaker().state()).isEqualTo(HALF_OPEN);
        for (int i = 0; i < 2; i++) {
            var probe = call(policy);
            assertThat(failure(call(policy))).isInstanceOf(CallRefusedException.class);
            upstream.get(upstream.size() - 1).complete("up");
            assertThat(probe).isCompletedWithValue("up");
        }
        assertThat(policy.breaker().state()).isEqualTo(CLOSED);
    }

    @Test
    void callsWaitForAPlaceInTheBulkheadWithoutAThread() {
        Policy policy = resilience.policy(
                "target",
                Target.STORE.settings().withBulkhead(BulkheadSettings.of(1).withQueue(1, Duration.ofSeconds(2))));
        var first = call(policy);
        var second = call(policy);
        var third = call(policy);
        assertThat(upstream).hasSize(1);
        assertThat(failure(third)).isInstanceOf(CallRefusedException.class);

        upstream.get(0).complete("one");
        assertThat(first).isCompletedWithValue("one");
        assertThat(upstream).hasSize(2);
        upstream.get(1).complete("two");
        assertThat(second).isCompletedWithValue("two");
        assertThat(policy.bulkhead().orElseThrow().numbers()).isEqualTo(new BulkheadNumbers("target", 0, 0, 1));
    }

    @Test
    void aCallThatWaitedForItsPlaceInVainIsRefusedAndMakesNoAttempt() {
        Policy policy = resilience.policy(
                "target",
                Target.STORE.settings().withBulkhead(BulkheadSettings.of(1).withQueue(1, Duration.ofSeconds(2))));
        call(policy);
        var second = call(policy);
        time.advance(Duration.ofSeconds(2));
        assertThat(failure(second)).isInstanceOf(CallRefusedException.class);
        assertThat(upstream).hasSize(1);
        assertThat(policy.breaker().numbers().failures()).isZero();
    }

    @Test
    void aCallCancelledWhileItWaitsForAPlaceLeavesTheQueue() {
        Policy policy = resilience.policy(
                "target",
                Target.STORE.settings().withBulkhead(BulkheadSettings.of(1).withQueue(1, Duration.ofSeconds(2))));
        call(policy);
        var second = call(policy);
        second.cancel(true);
        assertThat(policy.bulkhead().orElseThrow().numbers().waiting()).isZero();
        upstream.get(0).complete("one");
        assertThat(upstream).hasSize(1);
        assertThat(policy.bulkhead().orElseThrow().numbers().running()).isZero();
    }

    @Test
    void theDeadlineOfTheCallerHoldsInLaterAttemptsToo() {
        Policy policy = resilience.policy("target", Target.MODEL);
        List<Long> left = new ArrayList<>();
        var result = resilience
                .deadline(Duration.ofSeconds(45))
                .call(() -> policy.callAsync(() -> {
                            left.add(
                                    Deadline.current().orElseThrow().remaining().toSeconds());
                            return new CompletableFuture<String>();
                        })
                        .toCompletableFuture());
        assertThat(Deadline.current()).isEmpty();
        time.runAll();
        assertThat(left).hasSize(2).first().isEqualTo(30L);
        assertThat(left.get(1)).isLessThanOrEqualTo(15);
        assertThat(failure(result)).isInstanceOf(CallTimeoutException.class);
        assertThat(time.elapsed()).isLessThanOrEqualTo(Duration.ofSeconds(45));
    }

    @Test
    void aRefusalBeforeTheFirstAttemptFailsTheResult() {
        Policy policy = resilience.policy("target", Target.STORE.settings().withRateLimit(() -> Duration.ofSeconds(3)));
        assertThat(failure(call(policy))).isInstanceOf(CallRefusedException.class);
        assertThat(upstream).isEmpty();
    }

    @Test
    void resultsCompleteOnTheExecutorAndNeverOnTheThreadOfTheTarget() throws Exception {
        ExecutorService executor = Executors.newSingleThreadExecutor(task -> new Thread(task, "ours"));
        var real = Resilience.builder().executor(executor).build();
        var stage = new CompletableFuture<String>();
        CompletionStage<String> result = real.policy("target", Target.STORE).callAsync(() -> stage);
        var seen = result.thenApply(answer -> Thread.currentThread().getName()).toCompletableFuture();
        var target = new Thread(() -> stage.complete("answer"), "the target's");
        target.start();
        target.join();
        assertThat(seen.get()).isEqualTo("ours");
        executor.shutdown();
    }

    @Test
    void anExecutorThatWasShutDownLosesNoResult() {
        var real = Resilience.builder()
                .executor(task -> {
                    throw new RejectedExecutionException("shut down");
                })
                .build();
        var stage = new CompletableFuture<String>();
        var result = real.policy("target", Target.STORE).callAsync(() -> stage).toCompletableFuture();
        stage.complete("answer");
        assertThat(result).isCompletedWithValue("answer");
    }

    @Test
    void aRealTimerRepeatsAndTimesOut() throws Exception {
        var real = Resilience.builder().classifier(Outage.classifier()).build();
        var settings = Target.STORE
                .settings()
                .withRetry(RetrySettings.of(1, Duration.ofMillis(2), Duration.ofMillis(2)))
                .withAttemptTimeout(Duration.ofMillis(20));
        var result = real.policy("target", settings)
                .callAsync(() -> {
                    upstream.add(new CompletableFuture<>());
                    return upstream.get(upstream.size() - 1);
                })
                .toCompletableFuture();
        assertThat(result.handle((answer, failure) -> failure).get()).isInstanceOf(CallTimeoutException.class);
        assertThat(upstream).hasSize(2);
    }

    private CompletableFuture<String> call(Policy policy) {
        return policy.callAsync(() -> {
                    upstream.add(new CompletableFuture<>());
                    return upstream.get(upstream.size() - 1);
                })
                .toCompletableFuture();
    }

    private static Throwable failure(CompletableFuture<String> result) {
        assertThat(result).isCompletedExceptionally();
        return result.handle((answer, failure) -> failure).join();
    }
}
