package dev.mneme.resilience.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What every rate limiter promises. A limiter that cannot take a test's clock moves time by waiting: it gives a short
 * {@link #window()} and a coarse {@link #resolution()}.
 */
public abstract class RateLimiterContract {

    /** A limiter with these rules and no calls. */
    protected abstract RateLimiter limiter(LimitRule first, LimitRule... more);

    /** Lets this much time pass for the limiter made last. */
    protected abstract void advance(Duration by);

    /** The window the cases use. */
    protected Duration window() {
        return Duration.ofSeconds(60);
    }

    /** The smallest step of time by which a case may miss the window's edge. */
    protected Duration resolution() {
        return Duration.ofNanos(1);
    }

    /** How many random steps the comparison with the oracle takes. */
    protected int randomSteps() {
        return 20_000;
    }

    private LimitRule rule(String name, int limit) {
        return LimitRule.of(name, limit, window());
    }

    private static int admitted(RateLimiter limiter, String key, int calls) {
        int admitted = 0;
        for (int i = 0; i < calls; i++) {
            if (limiter.tryAcquire(key).allowed()) {
                admitted++;
            }
        }
        return admitted;
    }

    @Test
    void theLimitIsAdmittedAndTheNextCallIsRefused() {
        RateLimiter limiter = limiter(rule("user", 30));

        assertThat(admitted(limiter, "u", 30)).isEqualTo(30);
        Decision next = limiter.tryAcquire("u");
        assertThat(next.allowed()).isFalse();
        assertThat(next.remaining()).isZero();
        assertThat(next.degraded()).isFalse();
    }

    @Test
    void remainingCountsDownToZero() {
        RateLimiter limiter = limiter(rule("user", 3));

        assertThat(limiter.tryAcquire("u").remaining()).isEqualTo(2);
        assertThat(limiter.tryAcquire("u").remaining()).isEqualTo(1);
        Decision last = limiter.tryAcquire("u");
        assertThat(last.remaining()).isZero();
        assertThat(last.allowed()).isTrue();
        assertThat(last.retryAfter()).isZero();
    }

    @Test
    void aCallLeavesTheWindowWhenItsLengthHasPassedAndNotBefore() {
        RateLimiter limiter = limiter(rule("user", 1));
        limiter.tryAcquire("u");

        advance(window().minus(resolution()));
        assertThat(limiter.tryAcquire("u").allowed()).isFalse();
        advance(resolution());
        assertThat(limiter.tryAcquire("u").allowed()).isTrue();
    }

    @Test
    void callsLeaveTheWindowOneByOneAsTheyCame() {
        RateLimiter limiter = limiter(rule("user", 3));
        Duration third = window().dividedBy(3);
        for (int i = 0; i < 3; i++) {
            assertThat(limiter.tryAcquire("u").allowed()).isTrue();
            advance(third);
        }

        for (int i = 0; i < 9; i++) {
            assertThat(admitted(limiter, "u", 5)).as("round %s", i).isEqualTo(1);
            advance(third);
        }
    }

    @Test
    void aBurstAtTheEndOfOneSpanLeavesNoRoomAtTheBeginningOfTheNext() {
        RateLimiter limiter = limiter(rule("user", 10));
        advance(window().multipliedBy(9).dividedBy(10));
        assertThat(admitted(limiter, "u", 50)).isEqualTo(10);

        advance(window().dividedBy(5));
        assertThat(admitted(limiter, "u", 50)).isZero();
    }

    @Test
    void aRefusedCallCountsForNothing() {
        RateLimiter limiter = limiter(rule("user", 2));
        assertThat(admitted(limiter, "u", 2)).isEqualTo(2);
        advance(window().dividedBy(2));
        assertThat(admitted(limiter, "u", 50)).isZero();

        advance(window().dividedBy(2));
        assertThat(admitted(limiter, "u", 50)).isEqualTo(2);
    }

    @Test
    void whoeverWaitsForRetryAfterIsAdmittedAndNotSooner() {
        RateLimiter limiter = limiter(rule("user", 2));
        limiter.tryAcquire("u");
        advance(window().dividedBy(4));
        limiter.tryAcquire("u");
        advance(window().dividedBy(4));
        Duration wait = limiter.tryAcquire("u").retryAfter();

        assertThat(wait).isPositive().isLessThanOrEqualTo(window().dividedBy(2));
        advance(wait.minus(resolution()));
        assertThat(limiter.tryAcquire("u").allowed()).isFalse();
        advance(resolution());
        assertThat(limiter.tryAcquire("u").allowed()).isTrue();
    }

    @Test
    void aFloodOfOneKeyTakesNothingFromAnother() {
        RateLimiter limiter = limiter(rule("user", 5));
        assertThat(admitted(limiter, "loud", 1_000)).isEqualTo(5);

        for (int i = 0; i < 20; i++) {
            assertThat(admitted(limiter, "quiet-" + i, 10)).isEqualTo(5);
        }
    }

    @Test
    void keysThatLookAlikeAreDifferentKeys() {
        RateLimiter limiter = limiter(rule("user", 1));

        for (String key : List.of("1:2", "12", "1_2", "{1}", "1", " 1", "é", "e\u0301", "%3A", ":")) {
            assertThat(limiter.tryAcquire(key).allowed()).as(key).isTrue();
        }
    }

    @Test
    void rulesAreDecidedTogetherAllOrNothing() {
        RateLimiter limiter = limiter(rule("all", 10), rule("heavy", 2));
        RateLimiter heavy = limiter.by("all", "heavy");

        assertThat(admitted(heavy, "u", 50)).isEqualTo(2);
        assertThat(admitted(limiter, "u", 50))
                .as("what the rule 'heavy' refused took nothing from 'all'")
                .isEqualTo(8);
        advance(window());
        assertThat(admitted(limiter, "u", 50)).isEqualTo(10);
        assertThat(admitted(heavy, "u", 50)).isZero();
        assertThat(admitted(limiter.by("heavy"), "u", 50))
                .as("what the rule 'all' refused took nothing from 'heavy'")
                .isEqualTo(2);
    }

    @Test
    void withSeveralRulesTheSmallestRemainderAndTheLongestWaitAreTold() {
        RateLimiter limiter =
                limiter(LimitRule.of("short", 2, window().dividedBy(4)), LimitRule.of("long", 3, window()));
        RateLimiter both = limiter.by("short", "long");

        assertThat(both.tryAcquire("u").remaining()).isEqualTo(1);
        assertThat(both.tryAcquire("u").remaining()).isZero();
        assertThat(both.tryAcquire("u").retryAfter()).isLessThanOrEqualTo(window().dividedBy(4));
        limiter.by("long").tryAcquire("u");
        assertThat(both.tryAcquire("u").retryAfter()).isGreaterThan(window().dividedBy(2));
    }

    @Test
    void aLimiterThatWasNotNarrowedDecidesByItsFirstRule() {
        RateLimiter limiter = limiter(rule("all", 5), rule("heavy", 1));

        assertThat(admitted(limiter, "u", 50)).isEqualTo(5);
        assertThat(limiter.by("heavy").tryAcquire("u").allowed()).isTrue();
    }

    @Test
    void anUnknownRuleOrOneNamedTwiceIsRefusedByName() {
        RateLimiter limiter = limiter(rule("all", 5), rule("heavy", 1));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> limiter.by("all", "huge"))
                .withMessage("a rule must be one of [all, heavy], was 'huge'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limiter.by("all", "heavy", "all"))
                .withMessage("a rule must be named once, 'all' was named twice");
    }

    @Test
    void aBadKeyIsRefusedByItsLengthAndNotRepeated() {
        RateLimiter limiter = limiter(rule("user", 1));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> limiter.tryAcquire(""))
                .withMessage("a key must have 1 to 512 characters, had 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limiter.tryAcquire("x".repeat(513)))
                .withMessage("a key must have 1 to 512 characters, had 513");
        assertThat(limiter.tryAcquire("x".repeat(512)).allowed()).isTrue();
    }

    @Test
    void manyThreadsTogetherAreAdmittedExactlyTheLimit() throws Exception {
        RateLimiter limiter = limiter(rule("all", 100), rule("heavy", 40));
        RateLimiter heavy = limiter.by("all", "heavy");
        int threads = 16;
        var start = new CyclicBarrier(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<int[]>> results = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                results.add(pool.submit(() -> {
                    start.await(60, TimeUnit.SECONDS);
                    return new int[] {admitted(heavy, "u", 50), admitted(limiter, "u", 50)};
                }));
            }
            int byBoth = 0;
            int byFirst = 0;
            for (Future<int[]> result : results) {
                byBoth += result.get(60, TimeUnit.SECONDS)[0];
                byFirst += result.get(60, TimeUnit.SECONDS)[1];
            }
            assertThat(byBoth).isLessThanOrEqualTo(40);
            assertThat(byBoth + byFirst).isEqualTo(100);
            assertThat(limiter.stats().allowed()).isEqualTo(100);
            assertThat(limiter.stats().refused()).isEqualTo(threads * 100L - 100);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void randomCallsAreDecidedAsByANaiveCounter() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        LimitRule[] rules = {
            rule("a", 7), LimitRule.of("b", 3, window().dividedBy(3)), LimitRule.of("c", 20, window().multipliedBy(2))
        };
        RateLimiter limiter = limiter(rules[0], rules[1], rules[2]);
        RateLimiter[] forms = {limiter, limiter.by("b"), limiter.by("c", "a"), limiter.by("b", "c", "a")};
        int[][] formRules = {{0}, {1}, {2, 0}, {1, 2, 0}};
        var oracle = new NaiveCounter(rules);
        Duration step = window().dividedBy(60);

        for (int i = 0; i < randomSteps(); i++) {
            if (random.nextInt(3) == 0) {
                Duration by = step.multipliedBy(random.nextInt(random.nextInt(20) == 0 ? 150 : 4));
                advance(by);
                oracle.advance(by);
            }
            int form = random.nextInt(forms.length);
            String key = "k" + random.nextInt(3);
            assertThat(forms[form].tryAcquire(key))
                    .as("seed %s, step %s", seed, i)
                    .isEqualTo(oracle.decide(key, formRules[form]));
        }
    }

    /** The rule read literally: every allowed call with its time, counted anew at each question. */
    private static final class NaiveCounter {

        private record Call(String key, int rule, Duration at) {}

        private final LimitRule[] rules;
        private final Deque<Call> calls = new ArrayDeque<>();
        private Duration now = Duration.ZERO;

        NaiveCounter(LimitRule[] rules) {
            this.rules = rules;
        }

        void advance(Duration by) {
            now = now.plus(by);
            calls.removeIf(call -> !inWindow(call));
        }

        Decision decide(String key, int[] together) {
            long remaining = Long.MAX_VALUE;
            Duration wait = Duration.ZERO;
            for (int rule : together) {
                List<Call> counted = calls.stream()
                        .filter(call -> call.key().equals(key) && call.rule() == rule)
                        .toList();
                int free = rules[rule].limit() - counted.size();
                remaining = Math.min(remaining, free - 1);
                if (free == 0) {
                    Duration until =
                            counted.get(0).at().plus(rules[rule].window()).minus(now);
                    wait = wait.compareTo(until) > 0 ? wait : until;
                }
            }
            if (!wait.isZero()) {
                return Decision.refused(wait);
            }
            for (int rule : together) {
                calls.add(new Call(key, rule, now));
            }
            return Decision.allowed(remaining);
        }

        private boolean inWindow(Call call) {
            return now.minus(call.at()).compareTo(rules[call.rule()].window()) < 0;
        }
    }
}
