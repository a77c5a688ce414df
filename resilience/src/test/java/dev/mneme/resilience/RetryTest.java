package dev.mneme.resilience;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 2, unit = MINUTES)
class RetryTest {

    private static final RetrySettings SETTINGS = RetrySettings.of(3, Duration.ofSeconds(1), Duration.ofSeconds(4));

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
    @EnumSource(ErrorClass.class)
    void onlyWhatMayPassByItselfIsRepeatedAndThenExactlySoOftenAsTheSettingsSay(ErrorClass errorClass) {
        Retry retry = resilience.retry("model", SETTINGS);
        assertThatThrownBy(() -> retry.call(() -> down(new Outage(errorClass))))
                .isInstanceOfSatisfying(
                        Outage.class, e -> assertThat(e.fault.errorClass()).isEqualTo(errorClass));
        assertThat(upstream).hasValue(errorClass.retryHere() ? 4 : 1);
        assertThat(retry.numbers()).isEqualTo(new RetryNumbers("model", errorClass.retryHere() ? 3 : 0, 0, 0));
    }

    @Test
    void anAnswerEndsTheAttempts() throws Exception {
        String answer = resilience.retry("model", SETTINGS).call(() -> {
            if (upstream.incrementAndGet() < 3) {
                throw new Outage(ErrorClass.SERVER);
            }
            return "answer";
        });
        assertThat(answer).isEqualTo("answer");
        assertThat(upstream).hasValue(3);
    }

    @Test
    void anErrorIsNotRepeated() {
        assertThatThrownBy(() -> resilience.retry("model", SETTINGS).call(() -> {
                    upstream.incrementAndGet();
                    throw new StackOverflowError();
                }))
                .isInstanceOf(StackOverflowError.class);
        assertThat(upstream).hasValue(1);
    }

    @Test
    void waitsStayUnderTheirCeilingsAndStillSpreadAtTheCap() {
        var settings = new RetrySettings(
                5, Duration.ofMillis(500), Duration.ofSeconds(1), 2, Duration.ofSeconds(4), Duration.ofSeconds(30));
        Retry retry = resilience.retry("model", settings);
        long[] ceilings = {1_000, 2_000, 4_000, 4_000, 4_000};
        for (int n = 1; n <= 5; n++) {
            int[] quarters = new int[4];
            for (int i = 0; i < 10_000; i++) {
                long millis = retry.waitNanos(n, Fault.of(ErrorClass.SERVER)) / 1_000_000;
                assertThat(millis).isBetween(500L, ceilings[n - 1]);
                quarters[(int) Math.min(3, (millis - 500) * 4 / (ceilings[n - 1] - 500))]++;
            }
            for (int quarter : quarters) {
                assertThat(quarter).as("draws in a quarter, retry " + n).isCloseTo(2_500, within(300));
            }
        }
    }

    @Test
    void aWaitThatTheTargetAsksForIsAFloorAndSpreadsByATenth() {
        Retry retry = resilience.retry("model", SETTINGS);
        var fault = Fault.of(ErrorClass.RATE_LIMITED).withRetryAfter(Duration.ofSeconds(20));
        long least = Long.MAX_VALUE;
        long most = 0;
        for (int i = 0; i < 1_000; i++) {
            long wait = retry.waitNanos(1, fault);
            least = Math.min(least, wait);
            most = Math.max(most, wait);
        }
        assertThat(Duration.ofNanos(least)).isBetween(Duration.ofSeconds(20), Duration.ofMillis(20_100));
        assertThat(Duration.ofNanos(most)).isBetween(Duration.ofMillis(21_900), Duration.ofSeconds(22));
    }

    @ParameterizedTest
    @CsvSource({"1, 4", "30, 4", "31, 1", "259200, 1"})
    void aRetryAfterAboveThirtySecondsGivesUpAtOnce(long seconds, int attempts) {
        var fault = Fault.of(ErrorClass.RATE_LIMITED).withRetryAfter(Duration.ofSeconds(seconds));
        assertThatThrownBy(() -> resilience.retry("model", SETTINGS).call(() -> down(new Outage(fault))))
                .isInstanceOf(Outage.class);
        assertThat(upstream).hasValue(attempts);
        if (attempts == 1) {
            assertThat(time.elapsed()).isZero();
        } else {
            assertThat(time.elapsed()).isGreaterThanOrEqualTo(Duration.ofSeconds(3 * seconds));
        }
    }

    @Test
    void aRetryAfterThatIsADateIsAFloorToo() {
        Instant now = Instant.parse("2026-11-21T07:00:00Z");
        var headers = Map.of("Retry-After", List.of("Sat, 21 Nov 2026 07:00:25 GMT"));
        Fault fault = Classifier.standard(InstantSource.fixed(now)).classify(429, headers, "");
        assertThat(resilience.retry("model", SETTINGS).waitNanos(1, fault))
                .isBetween(
                        Duration.ofSeconds(25).toNanos(),
                        Duration.ofMillis(27_500).toNanos());
    }

    @Test
    void noAttemptBeginsAfterTheDeadline() {
        for (long seed = 1; seed <= 500; seed++) {
            var random = new Random(seed);
            Deadline deadline = resilience.deadline(Duration.ofMillis(1 + random.nextInt(8_000)));
            var begun = new AtomicInteger();
            String where = "seed " + seed;
            assertThatThrownBy(() ->
                            deadline.call(() -> resilience.retry("r", SETTINGS).call(() -> {
                                if (begun.getAndIncrement() > 0) {
                                    assertThat(deadline.passed()).as(where).isFalse();
                                }
                                time.advance(Duration.ofMillis(random.nextInt(2_000)));
                                throw new Outage(ErrorClass.SERVER);
                            })))
                    .isInstanceOf(Outage.class);
        }
    }

    @Test
    void nobodyWaitsForAnAttemptThatTheDeadlineWouldNotAllow() {
        var fault = Fault.of(ErrorClass.OVERLOADED).withRetryAfter(Duration.ofSeconds(20));
        Deadline deadline = resilience.deadline(Duration.ofSeconds(19));
        assertThatThrownBy(() ->
                        deadline.call(() -> resilience.retry("model", SETTINGS).call(() -> down(new Outage(fault)))))
                .isInstanceOf(Outage.class);
        assertThat(upstream).hasValue(1);
        assertThat(time.elapsed()).isZero();
    }

    @Test
    void anInterruptEndsAWaitAndTheFlagIsKept() throws Exception {
        var real = Resilience.builder().classifier(Outage.classifier()).build();
        var settings =
                RetrySettings.of(1, Duration.ofDays(1), Duration.ofDays(1)).withMinWait(Duration.ofHours(12));
        var failed = new CountDownLatch(1);
        var seen = new ArrayList<Object>();
        var thread = new Thread(() -> {
            try {
                real.retry("model", settings).call(() -> {
                    failed.countDown();
                    throw new Outage(ErrorClass.SERVER);
                });
            } catch (Outage e) {
                seen.add(e.fault.errorClass());
                seen.add(Thread.currentThread().isInterrupted());
            }
        });
        thread.start();
        failed.await();
        thread.interrupt();
        thread.join();
        assertThat(seen).containsExactly(ErrorClass.SERVER, true);
    }

    @Test
    void inATotalOutageAThousandCallersSendAtMostATenthMoreAfterTheBurst() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        var instant = Resilience.builder()
                .waits(new Waits() {
                    @Override
                    public void sleep(long nanos) {}

                    @Override
                    public Runnable schedule(long nanos, Runnable task) {
                        throw new UnsupportedOperationException();
                    }
                })
                .classifier(Outage.classifier())
                .build();
        Retry retry = instant.retry("model", SETTINGS);
        var realErrors = new AtomicInteger();
        List<Future<?>> callers = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            callers.add(threads.submit(() -> {
                try {
                    retry.call(() -> down(new Outage(ErrorClass.SERVER)));
                } catch (Outage e) {
                    realErrors.incrementAndGet();
                }
            }));
        }
        for (Future<?> caller : callers) {
            caller.get();
        }
        threads.shutdown();
        assertThat(upstream.get())
                .isBetween(1_000 + 10, 1_100 + RetryBudget.defaults().burst());
        assertThat(realErrors).hasValue(1_000);
        assertThat(retry.numbers().budgetEmpty()).isPositive();
    }

    @Test
    void aBudgetRefillsWithCallsAndIsSharedByTheName() {
        Retry one = resilience.retry("model", SETTINGS);
        Retry other = resilience.retry("model", SETTINGS);
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> one.call(() -> down(new Outage(ErrorClass.SERVER))))
                    .isInstanceOf(Outage.class);
        }
        upstream.set(0);
        assertThatThrownBy(() -> other.call(() -> down(new Outage(ErrorClass.SERVER))))
                .isInstanceOf(Outage.class);
        assertThat(upstream).hasValue(1);

        for (int i = 0; i < 20; i++) {
            one.call(() -> "well");
        }
        upstream.set(0);
        assertThatThrownBy(() -> other.call(() -> down(new Outage(ErrorClass.SERVER))))
                .isInstanceOf(Outage.class);
        assertThat(upstream).as("twenty calls earned two retries").hasValue(3);
    }

    @Test
    void retriesInsideOfRetriesMakeOneAttemptEach() {
        Retry outer = resilience.retry("outer", SETTINGS);
        Retry inner = resilience.retry("inner", SETTINGS);
        assertThatThrownBy(() -> outer.call(() -> inner.call(() -> down(new Outage(ErrorClass.SERVER)))))
                .isInstanceOf(Outage.class);
        assertThat(upstream).hasValue(4);
        assertThat(inner.numbers()).isEqualTo(new RetryNumbers("inner", 0, 0, 4));

        upstream.set(0);
        assertThatThrownBy(() -> inner.call(() -> down(new Outage(ErrorClass.SERVER))))
                .isInstanceOf(Outage.class);
        assertThat(upstream).as("alone it retries again").hasValue(4);
    }

    @Test
    void aRetryThatNeverRepeatsDoesNotSilenceThoseInsideOfIt() {
        Retry outer = resilience.retry("outer", RetrySettings.none());
        Retry inner = resilience.retry("inner", SETTINGS);
        assertThatThrownBy(() -> outer.call(() -> inner.call(() -> down(new Outage(ErrorClass.SERVER)))))
                .isInstanceOf(Outage.class);
        assertThat(upstream).hasValue(4);
    }

    @Test
    void asynchronousRetriesWaitWithoutAThreadAndNestAsTheOthersDo() {
        Retry outer = resilience.retry("outer", SETTINGS);
        Retry inner = resilience.retry("inner", SETTINGS);
        var result = outer.callAsync(() -> inner.callAsync(() -> {
                    upstream.incrementAndGet();
                    return CompletableFuture.<String>failedFuture(new Outage(ErrorClass.SERVER));
                }))
                .toCompletableFuture();
        assertThat(upstream).as("back after the first attempt").hasValue(1);
        assertThat(time.waiting()).isEqualTo(1);

        time.runAll();
        assertThat(upstream).hasValue(4);
        assertThat(result).isCompletedExceptionally();
        assertThat(result.handle((a, e) -> e).join()).isInstanceOf(Outage.class);
    }

    @Test
    void aCancelledAsynchronousCallIsNotRepeated() {
        var result = resilience
                .retry("model", SETTINGS)
                .callAsync(() -> {
                    upstream.incrementAndGet();
                    return CompletableFuture.<String>failedFuture(new Outage(ErrorClass.SERVER));
                })
                .toCompletableFuture();
        result.cancel(true);
        assertThat(time.waiting()).isZero();
        time.runAll();
        assertThat(upstream).hasValue(1);
    }

    @Test
    void anAsynchronousCallThatThrowsOrReturnsNothingFailsItsResult() {
        Retry retry = resilience.retry("model", RetrySettings.none());
        assertThat(retry.callAsync(() -> {
                            throw new IllegalStateException("no");
                        })
                        .toCompletableFuture()
                        .handle((a, e) -> e)
                        .join())
                .hasMessage("no");
        assertThat(retry.callAsync(() -> null)
                        .toCompletableFuture()
                        .handle((a, e) -> e)
                        .join())
                .hasMessage("the call returned no stage");
        assertThat(retry.callAsync(() -> {
                            throw new StackOverflowError();
                        })
                        .toCompletableFuture()
                        .handle((a, e) -> e)
                        .join())
                .isInstanceOf(StackOverflowError.class);
    }

    @Test
    void aQueueThatWaitsOnItsOwnAsksForEachWait() {
        Attempts attempts = resilience.retry("task", SETTINGS).begin();
        List<Duration> waits = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            waits.add(attempts.waitAfter(new Outage(ErrorClass.NETWORK)).orElseThrow());
        }
        assertThat(attempts.waitAfter(new Outage(ErrorClass.NETWORK))).isEmpty();
        assertThat(attempts.failed()).isEqualTo(4);
        assertThat(waits).allMatch(wait -> wait.compareTo(Duration.ofSeconds(4)) <= 0);
        assertThat(resilience.retry("task", SETTINGS).begin().waitAfter(new Outage(ErrorClass.AUTH)))
                .isEmpty();
    }

    @Test
    void manyThreadsNeverSpendMoreThanIsSaved() throws Exception {
        var tokens = new RetryTokens(new RetryBudget(0.5, 20));
        var spent = new AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Future<?>> futures = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            futures.add(threads.submit(() -> {
                for (int call = 0; call < 10_000; call++) {
                    tokens.earn();
                    if (tokens.trySpend()) {
                        spent.incrementAndGet();
                    }
                }
            }));
        }
        for (Future<?> future : futures) {
            future.get();
        }
        threads.shutdown();
        assertThat(spent.get()).isBetween(39_000L, 40_020L);
    }

    @Test
    void nonsenseIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SETTINGS.withMaxRetries(-1))
                .withMessage("maxRetries must be 0 to 100, was -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SETTINGS.withMinWait(Duration.ofSeconds(2)))
                .withMessage("firstCeiling (PT1S) must be at least minWait (PT2S)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RetrySettings.of(1, Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .withMessage("maxCeiling (PT1S) must be at least firstCeiling (PT2S)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SETTINGS.withMaxRetryAfter(Duration.ofSeconds(-1)))
                .withMessage("maxRetryAfter must not be negative, was PT-1S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RetryBudget(Double.NaN, 1))
                .withMessage("ratio must be 0.0 to 1.0, was NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RetryBudget(0.1, -1))
                .withMessage("burst must be 0 to 1000000, was -1");
    }

    private <T> T down(Outage outage) throws Outage {
        upstream.incrementAndGet();
        throw outage;
    }
}
