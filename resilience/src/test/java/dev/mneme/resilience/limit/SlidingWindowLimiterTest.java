package dev.mneme.resilience.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SlidingWindowLimiterTest extends RateLimiterContract {

    private static final Duration MINUTE = Duration.ofSeconds(60);

    private final ManualTicker ticker = ManualTicker.aboutToWrap();

    @Override
    protected RateLimiter limiter(LimitRule first, LimitRule... more) {
        var builder = SlidingWindowLimiter.builder(first).ticker(ticker);
        for (LimitRule rule : more) {
            builder.rule(rule);
        }
        return builder.build();
    }

    @Override
    protected void advance(Duration by) {
        ticker.advance(by);
    }

    private SlidingWindowLimiter boundedTo(int maxKeys) {
        return SlidingWindowLimiter.builder(LimitRule.of("user", 2, MINUTE))
                .maxKeys(maxKeys)
                .ticker(ticker)
                .build();
    }

    /**
     * The counter that resets at the start of every cycle is modelled here after the permits-for-a-refresh-period scheme
     * of Resilience4j's rate limiter, which is no dependency of this module.
     */
    @Test
    void fixedCyclesLetTwiceTheLimitThroughWhereTheSlidingWindowDoesNot() {
        RateLimiter sliding = limiter(LimitRule.of("user", 10, MINUTE));
        var fixed = new FixedCycles(10, MINUTE);
        advance(Duration.ofSeconds(59));
        fixed.advance(Duration.ofSeconds(59));

        int slidingAllowed = 0;
        int fixedAllowed = 0;
        for (int i = 0; i < 20; i++) {
            slidingAllowed += sliding.tryAcquire("u").allowed() ? 1 : 0;
            fixedAllowed += fixed.tryAcquire() ? 1 : 0;
            advance(Duration.ofMillis(100));
            fixed.advance(Duration.ofMillis(100));
        }

        assertThat(fixedAllowed).as("fixed cycles, within 2 seconds").isEqualTo(20);
        assertThat(slidingAllowed).as("sliding window, within 2 seconds").isEqualTo(10);
    }

    @Test
    void thirtyCallsAMinuteAreTheDefault() {
        SlidingWindowLimiter limiter = SlidingWindowLimiter.create();

        for (int i = 0; i < 30; i++) {
            assertThat(limiter.tryAcquire("u").allowed()).isTrue();
        }
        Decision refused = limiter.tryAcquire("u");
        assertThat(refused.allowed()).isFalse();
        assertThat(refused.retryAfter()).isLessThanOrEqualTo(MINUTE);
    }

    @Test
    void idleKeysAreDroppedByLaterCallsOfAnyKey() {
        SlidingWindowLimiter limiter = boundedTo(100_000);
        for (int i = 0; i < 1_000; i++) {
            limiter.tryAcquire("old-" + i);
        }
        assertThat(limiter.stats().keys()).isEqualTo(1_000);

        advance(MINUTE);
        for (int i = 0; i < 16 * 1_000 / 4; i++) {
            limiter.tryAcquire("one key that goes on");
        }

        assertThat(limiter.stats().keys()).isEqualTo(1);
    }

    @Test
    void aStreamOfNewKeysNeverHoldsMoreThanThoseOfSomeWindows() {
        SlidingWindowLimiter limiter = boundedTo(100_000);
        long most = 0;
        for (int i = 0; i < 50_000; i++) {
            assertThat(limiter.tryAcquire("visitor-" + i).degraded()).isFalse();
            advance(MINUTE.dividedBy(100));
            most = Math.max(most, limiter.stats().keys());
        }

        assertThat(most).isBetween(100L, 200L);
    }

    @Test
    void aKeyWithCallsInTheWindowIsNeverDropped() {
        SlidingWindowLimiter limiter = boundedTo(100_000);
        limiter.tryAcquire("u");
        limiter.tryAcquire("u");
        advance(MINUTE.minusNanos(1));
        for (int i = 0; i < 1_000; i++) {
            limiter.tryAcquire("other-" + i);
        }

        assertThat(limiter.tryAcquire("u").allowed()).isFalse();
    }

    @Test
    void atTheBoundANewKeyIsAllowedUncountedAndDegradedAndCountedKeysStayExact() {
        SlidingWindowLimiter limiter = boundedTo(10);
        for (int i = 0; i < 10; i++) {
            limiter.tryAcquire("counted-" + i);
        }

        for (int i = 0; i < 1_000; i++) {
            assertThat(limiter.tryAcquire("made-up-" + i % 3)).isEqualTo(new Decision(true, 1, Duration.ZERO, true));
        }
        for (int i = 0; i < 10; i++) {
            assertThat(limiter.tryAcquire("counted-" + i)).isEqualTo(Decision.allowed(0));
            assertThat(limiter.tryAcquire("counted-" + i).allowed()).isFalse();
        }
        assertThat(limiter.stats()).isEqualTo(new LimiterStats(1_020, 10, 1_000, 10));
    }

    @Test
    void onceCountedKeysAreIdleNewOnesTakeTheirPlaces() {
        SlidingWindowLimiter limiter = boundedTo(10);
        for (int i = 0; i < 10; i++) {
            limiter.tryAcquire("counted-" + i);
        }
        advance(MINUTE);

        for (int i = 0; i < 10; i++) {
            assertThat(limiter.tryAcquire("next-" + i)).isEqualTo(Decision.allowed(1));
        }
        assertThat(limiter.tryAcquire("one more").degraded()).isTrue();
    }

    @Test
    void aKeyDroppedWhileManyCallItIsStillHeldToItsLimit() throws Exception {
        int threads = 8;
        int rounds = 2_000;
        SlidingWindowLimiter limiter = boundedTo(1_000_000);
        var admitted = new AtomicInteger[rounds];
        for (int round = 0; round < rounds; round++) {
            admitted[round] = new AtomicInteger();
        }
        var turn = new CyclicBarrier(threads, () -> advance(MINUTE));
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int me = t;
                running.add(pool.submit(() -> {
                    for (int round = 0; round < rounds; round++) {
                        turn.await(60, TimeUnit.SECONDS);
                        // half of the threads make the hand go round, by new keys, while the others call
                        if (me % 2 == 0) {
                            limiter.tryAcquire("passer-by-" + me + "-" + round);
                        }
                        for (int call = 0; call < 3; call++) {
                            if (limiter.tryAcquire("u").allowed()) {
                                admitted[round].incrementAndGet();
                            }
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> each : running) {
                each.get(120, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }

        for (int round = 0; round < rounds; round++) {
            assertThat(admitted[round]).as("round %s", round).hasValue(2);
        }
    }

    @Test
    @Timeout(60)
    void aCallThatFoundALogJustBeforeItWasDroppedCountsInTheNextOne() throws Exception {
        SlidingWindowLimiter limiter = boundedTo(100);
        limiter.tryAcquire("u");
        KeyLog log = Objects.requireNonNull(limiter.logs.find("u"));
        advance(MINUTE);
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            Future<Decision> call;
            log.lock.lock();
            try {
                call = other.submit(() -> limiter.tryAcquire("u"));
                while (!log.lock.hasQueuedThreads()) {
                    Thread.onSpinWait();
                }
                limiter.logs.dropSomeIdle(ticker.nanos());
                assertThat(limiter.logs.find("u")).isNull();
            } finally {
                log.lock.unlock();
            }
            assertThat(call.get()).isEqualTo(Decision.allowed(1));
        } finally {
            other.shutdownNow();
        }

        assertThat(limiter.tryAcquire("u")).isEqualTo(Decision.allowed(0));
        assertThat(limiter.tryAcquire("u").allowed()).isFalse();
    }

    @Test
    void aRuleOrSettingOutOfItsRangeIsRefusedWithItsValue() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LimitRule.of("Heavy!", 1, MINUTE))
                .withMessage("a rule's name must be 1 to 64 of a-z 0-9 . _ -, was 'Heavy!'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LimitRule.of("heavy", 0, MINUTE))
                .withMessage("limit must be 1 to 10000, was 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LimitRule.of("heavy", 10_001, MINUTE))
                .withMessage("limit must be 1 to 10000, was 10001");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LimitRule.of("heavy", 1, Duration.ZERO))
                .withMessage("window must be more than zero and at most PT720H, was PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LimitRule.of("heavy", 1, Duration.ofDays(31)))
                .withMessage("window must be more than zero and at most PT720H, was PT744H");
        var builder = SlidingWindowLimiter.builder(LimitRule.perUser());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.maxKeys(0))
                .withMessage("maxKeys must be 1 to 10000000, was 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.rule(LimitRule.perUser()))
                .withMessage("names of rules must differ, 'user' was given twice");
        for (int i = 1; i < 16; i++) {
            builder.rule(LimitRule.of("r" + i, 1, MINUTE));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.rule(LimitRule.of("r16", 1, MINUTE)))
                .withMessage("a limiter may have at most 16 rules, was given more");
    }

    private static final class FixedCycles {

        private final int limit;
        private final Duration cycle;
        private Duration now = Duration.ZERO;
        private long currentCycle;
        private int taken;

        FixedCycles(int limit, Duration cycle) {
            this.limit = limit;
            this.cycle = cycle;
        }

        void advance(Duration by) {
            now = now.plus(by);
        }

        boolean tryAcquire() {
            long index = now.dividedBy(cycle);
            if (index != currentCycle) {
                currentCycle = index;
                taken = 0;
            }
            if (taken == limit) {
                return false;
            }
            taken++;
            return true;
        }
    }
}
