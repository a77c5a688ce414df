package dev.mneme.resilience;

import static dev.mneme.resilience.CallRefusedException.Reason.BREAKER_OPEN;
import static dev.mneme.resilience.CallRefusedException.Reason.BULKHEAD_FULL;
import static dev.mneme.resilience.CallRefusedException.Reason.DEADLINE_PASSED;
import static dev.mneme.resilience.CallRefusedException.Reason.RATE_LIMITED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class PolicyTest {

    private final VirtualTime time = new VirtualTime();
    private final AtomicInteger upstream = new AtomicInteger();
    private final Resilience resilience = Resilience.builder()
            .ticker(time)
            .waits(time)
            .executor(Runnable::run)
            .random(new Random(7))
            .classifier(Outage.classifier())
            .build();

    @ParameterizedTest
    @CsvSource({"MODEL, 4, 0, 7000", "STORE, 3, 1000, 3000", "DATABASE, 3, 0, 300"})
    void eachKindOfTargetGetsExactlyItsAttemptsAndItsWaits(Target target, int attempts, long least, long most) {
        Policy policy = resilience.policy("target", target);
        assertThatThrownBy(() -> policy.call(this::down)).isInstanceOf(Outage.class);
        assertThat(upstream).hasValue(attempts);
        assertThat(time.elapsed()).isBetween(Duration.ofMillis(least), Duration.ofMillis(most));
        assertThat(policy.numbers().attempts()).isEqualTo(attempts);
        assertThat(policy.numbers().failures()).containsEntry(ErrorClass.SERVER, (long) attempts);
        assertThat(policy.numbers().failures()).containsEntry(ErrorClass.AUTH, 0L);
    }

    @Test
    void theDefaultsOfEachTargetAreThese() {
        assertThat(Target.MODEL.settings().attemptTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(Target.STORE.settings().attemptTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(List.of(1, 2, 3).stream()
                        .map(n -> Target.MODEL.settings().retry().ceilingNanos(n) / 1_000_000_000))
                .containsExactly(1L, 2L, 4L);
        assertThat(List.of(1, 2).stream()
                        .map(n -> Target.DATABASE.settings().retry().ceilingNanos(n) / 1_000_000))
                .containsExactly(100L, 200L);
        assertThat(Target.STORE.settings().retry().minWait()).isEqualTo(Duration.ofMillis(500));
        assertThat(Target.STORE.settings().retry().ceilingNanos(2)).isEqualTo(2_000_000_000L);
    }

    @Test
    void theStagesStandInTheirOrder() throws Exception {
        List<String> order = new ArrayList<>();
        Policy policy = resilience.policy(
                "target",
                Target.MODEL
                        .settings()
                        .withDeadline(Duration.ofMinutes(5))
                        .withBulkhead(BulkheadSettings.of(1))
                        .withRateLimit(() -> {
                            order.add("rate limit, deadline bound: "
                                    + Deadline.current().isPresent());
                            return Duration.ZERO;
                        }));
        Bulkhead places = policy.bulkhead().orElseThrow();
        String answer = policy.call(() -> {
            order.add("attempt, places taken: " + places.numbers().running() + ", time left: "
                    + Deadline.current().orElseThrow().remaining().toSeconds());
            if (upstream.incrementAndGet() < 3) {
                time.schedule(
                        1,
                        () -> order.add("waiting, places taken: "
                                + places.numbers().running() + ", failures of the breaker: "
                                + policy.breaker().numbers().failures()));
                throw new Outage(ErrorClass.SERVER);
            }
            return "answer";
        });
        assertThat(answer).isEqualTo("answer");
        assertThat(order)
                .containsExactly(
                        "rate limit, deadline bound: false",
                        "attempt, places taken: 1, time left: 30",
                        "waiting, places taken: 0, failures of the breaker: 1",
                        "attempt, places taken: 1, time left: 30",
                        "waiting, places taken: 0, failures of the breaker: 2",
                        "attempt, places taken: 1, time left: 30");
    }

    @Test
    void aPassedDeadlineIsRefusedBeforeTheRateLimitIsAsked() {
        var asked = new AtomicInteger();
        Policy policy = resilience.policy("target", Target.STORE.settings().withRateLimit(() -> {
            asked.incrementAndGet();
            return Duration.ZERO;
        }));
        Deadline deadline = resilience.deadline(Duration.ofSeconds(1));
        time.advance(Duration.ofSeconds(1));
        assertRefused(() -> deadline.call(() -> policy.callOr("fallback", this::down)), DEADLINE_PASSED);
        assertThat(asked).hasValue(0);
        assertThat(upstream).hasValue(0);
        assertThat(policy.numbers().refusedByDeadline()).isEqualTo(1);
    }

    @Test
    void aUsedUpRateLimitIsToldToTheCallerAndNotHiddenByTheFallback() {
        Policy policy =
                resilience.policy("target", Target.STORE.settings().withRateLimit(() -> Duration.ofSeconds(12)));
        assertThatThrownBy(() -> policy.callOr("fallback", this::down))
                .isInstanceOfSatisfying(CallRefusedException.class, e -> {
                    assertThat(e.reason()).isEqualTo(RATE_LIMITED);
                    assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(12));
                });
        assertThat(upstream).hasValue(0);
        assertThat(policy.numbers().refusedByRateLimit()).isEqualTo(1);
        assertThat(policy.breaker().numbers().calls()).isZero();
    }

    @Test
    void theFallbackAnswersForEverythingButAnError() {
        Policy policy = resilience.policy("target", Target.STORE);
        assertThat(policy.callOr("fallback", this::down)).isEqualTo("fallback");
        assertThat(policy.callOr(List.of(), () -> List.of(1))).containsExactly(1);
        assertThat(policy.numbers().fallbacks()).isEqualTo(1);
        assertThatThrownBy(() -> policy.callOr("fallback", () -> {
                    throw new OutOfMemoryError("test");
                }))
                .isInstanceOf(OutOfMemoryError.class);
    }

    @Test
    void aCallInterruptedFromInsideFallsBackWithTheFlagKept() {
        Policy policy = resilience.policy("target", Target.STORE);
        String answer = policy.callOr("fallback", () -> {
            upstream.incrementAndGet();
            throw new InterruptedException();
        });
        assertThat(Thread.interrupted()).isTrue();
        assertThat(answer).isEqualTo("fallback");
        assertThat(upstream).hasValue(1);
        assertThat(policy.breaker().numbers().failures()).isZero();
    }

    @Test
    void anOpenBreakerIsNeverRetriedAndTheLastRealErrorIsTold() {
        Policy policy = resilience.policy(
                "target",
                Target.MODEL
                        .settings()
                        .withRetry(Target.MODEL.settings().retry().withMaxRetries(20)));
        assertThatThrownBy(() -> policy.call(this::down)).isInstanceOf(Outage.class);
        assertThat(upstream).as("the fifth failure opened it").hasValue(5);
        assertThat(policy.numbers().retry().retries())
                .as("nobody waited for a retry that could not be made")
                .isEqualTo(4);

        Duration before = time.elapsed();
        assertRefused(() -> policy.call(this::down), BREAKER_OPEN);
        assertThat(upstream).hasValue(5);
        assertThat(time.elapsed()).isEqualTo(before);
    }

    @Test
    void anAttemptRefusedBecauseOthersOpenedTheBreakerStillTellsTheRealError() {
        Policy policy = resilience.policy("target", Target.MODEL);
        time.schedule(1, () -> {
            for (Permit p = policy.breaker().tryAdmit();
                    p != null;
                    p = policy.breaker().tryAdmit()) {
                p.failed();
            }
        });
        assertThatThrownBy(() -> policy.call(this::down)).isInstanceOf(Outage.class);
        assertThat(upstream).hasValue(1);
    }

    @Test
    void inATotalOutageAThousandCallersOfAPolicyAreHeldBackByItsBreaker() {
        Policy policy = resilience.policy("target", Target.MODEL);
        for (int i = 0; i < 1_000; i++) {
            assertThat(policy.callOr("trouble", this::down)).isEqualTo("trouble");
        }
        assertThat(upstream).hasValue(5);
        assertThat(policy.breaker().numbers().blocked()).isEqualTo(998);
    }

    @Test
    void throttledCallsNeverOpenTheBreaker() {
        Policy policy = resilience.policy("target", Target.MODEL);
        for (int i = 0; i < 50; i++) {
            policy.callOr("later", () -> {
                throw new Outage(ErrorClass.RATE_LIMITED);
            });
        }
        assertThat(policy.breaker().state()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @Test
    void aFullBulkheadIsNoFailureOfTheTarget() throws Exception {
        Policy policy = resilience.policy("target", Target.STORE.settings().withBulkhead(BulkheadSettings.of(1)));
        policy.call(() -> {
            for (int i = 0; i < 10; i++) {
                assertRefused(() -> policy.call(this::down), BULKHEAD_FULL);
            }
            return "answer";
        });
        assertThat(policy.breaker().state()).isEqualTo(CircuitBreaker.State.CLOSED);
        assertThat(policy.breaker().numbers().failures()).isZero();
        assertThat(policy.call(() -> "again")).isEqualTo("again");
    }

    @Test
    void policiesInsideOfPoliciesDoNotMultiplyAttempts() {
        Policy outer = resilience.policy("outer", Target.MODEL);
        Policy inner = resilience.policy("inner", Target.STORE);
        assertThatThrownBy(() -> outer.call(() -> inner.call(this::down))).isInstanceOf(Outage.class);
        assertThat(upstream).hasValue(4);
        assertThat(inner.numbers().retry().nestedCalls()).isEqualTo(4);
    }

    @Test
    void noAttemptGetsMoreTimeThanTheDeadlineLeaves() {
        Policy policy = resilience.policy("target", Target.MODEL.settings().withDeadline(Duration.ofSeconds(40)));
        List<Long> given = new ArrayList<>();
        assertThatThrownBy(() -> policy.call(() -> {
                    given.add(Deadline.current().orElseThrow().remaining().toSeconds());
                    time.advance(Duration.ofSeconds(25));
                    throw new Outage(ErrorClass.TIMEOUT);
                }))
                .isInstanceOf(Outage.class);
        assertThat(given).hasSize(2).first().isEqualTo(30L);
        assertThat(given.get(1)).isLessThanOrEqualTo(15);
        assertThat(Deadline.current()).isEmpty();
    }

    @Test
    void anAttemptThatHangsIsInterruptedAndItsThreadIsCleanAfterwards() {
        var ticker = new ManualTicker();
        var real = Resilience.builder().ticker(ticker).build();
        Policy policy = real.policy("target", Target.STORE.settings().withRetry(RetrySettings.none()));
        assertThatThrownBy(() -> policy.call(() -> {
                    ticker.advance(Duration.ofSeconds(5));
                    new CountDownLatch(1).await();
                    return "never";
                }))
                .isInstanceOfSatisfying(CallTimeoutException.class, e -> {
                    assertThat(e.target()).isEqualTo("target");
                    assertThat(e.timeout()).isEqualTo(Duration.ofSeconds(5));
                })
                .hasMessage("call to 'target' gave no answer within PT5S; the target may still have done it")
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(policy.breaker().numbers().failures()).isEqualTo(1);
    }

    @Test
    void anAnswerThatComesInTheMomentOfItsTimeoutIsKept() {
        var ticker = new ManualTicker();
        var real = Resilience.builder().ticker(ticker).build();
        String answer = real.policy("target", Target.STORE).call(() -> {
            ticker.advance(Duration.ofSeconds(5));
            while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
            }
            return "answer";
        });
        assertThat(answer).isEqualTo("answer");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void aCheckedExceptionOfTheCallReachesTheCallerAsItIs() {
        Policy policy = resilience.policy("target", Target.STORE.settings().withRetry(RetrySettings.none()));
        var thrown = new IOException("reset");
        assertThatThrownBy(() -> policy.call(() -> {
                    throw thrown;
                }))
                .isSameAs(thrown);
    }

    @Test
    void aCallMayAnswerNothing() {
        Policy policy = resilience.policy("target", Target.STORE);
        Object nothing = policy.call(() -> null);
        assertThat(nothing).isNull();
        assertThat(policy.callAsync(() -> CompletableFuture.completedFuture(null)))
                .isCompletedWithValue(null);
        assertThat(policy.breaker().numbers().successes()).isEqualTo(2);
    }

    @Test
    void nonsenseIsRefused() {
        PolicySettings settings = Target.MODEL.settings();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.withAttemptTimeout(Duration.ZERO))
                .withMessage("attemptTimeout must be more than zero, was PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> settings.withBreaker(BreakerSettings.defaults().withProbeLease(Duration.ofSeconds(10))))
                .withMessage("probeLease (PT10S) must be at least attemptTimeout (PT30S)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.withDeadline(Duration.ofSeconds(-1)))
                .withMessage("deadline must be more than zero, was PT-1S");
    }

    @Test
    void aLongerAttemptGetsALongerProbeLease() {
        PolicySettings settings = Target.MODEL.settings();
        assertThat(settings.breaker().probeLease()).isEqualTo(Duration.ofSeconds(45));
        assertThat(settings.withAttemptTimeout(Duration.ofSeconds(40)).breaker().probeLease())
                .isEqualTo(Duration.ofSeconds(45));
        assertThat(settings.withAttemptTimeout(Duration.ofMinutes(2)).breaker().probeLease())
                .isEqualTo(Duration.ofMinutes(3));
    }

    @Test
    void aBudgetOfItsOwnIsKept() {
        Policy policy = resilience.policy("target", Target.STORE.settings().withBudget(new RetryBudget(0, 1)));
        assertThatThrownBy(() -> policy.call(this::down)).isInstanceOf(Outage.class);
        assertThat(upstream).hasValue(2);
        assertThat(policy.numbers().retry().budgetEmpty()).isEqualTo(1);
    }

    private String down() throws Outage {
        upstream.incrementAndGet();
        throw new Outage(ErrorClass.SERVER);
    }

    private static void assertRefused(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call, CallRefusedException.Reason reason) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        CallRefusedException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }
}
