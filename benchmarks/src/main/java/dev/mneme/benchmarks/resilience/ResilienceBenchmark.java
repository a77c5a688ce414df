package dev.mneme.benchmarks.resilience;

import dev.failsafe.CircuitBreakerOpenException;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.RetryPolicy;
import dev.failsafe.Timeout;
import dev.mneme.resilience.BreakerSettings;
import dev.mneme.resilience.CallRefusedException;
import dev.mneme.resilience.CircuitBreaker;
import dev.mneme.resilience.Policy;
import dev.mneme.resilience.Resilience;
import dev.mneme.resilience.Target;
import dev.mneme.resilience.limit.Decision;
import dev.mneme.resilience.limit.LimitRule;
import dev.mneme.resilience.limit.RateLimiter;
import dev.mneme.resilience.limit.SlidingWindowLimiter;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a breaker, a whole policy and a limiter's decision cost, on one thread; {@link #direct()} is the call itself.
 *
 * <pre>
 * java -cp "benchmarks/target/*:benchmarks/target/lib/*" org.openjdk.jmh.Main ResilienceBenchmark -prof gc \
 *     -rf json -rff benchmarks/results/resilience.json
 * </pre>
 *
 * <p>The peers' breakers count as ours does: five failures of five open them. Two differences are theirs: Resilience4j's
 * refusal is measured without a stack trace, as ours is, and Failsafe's exception always has one. The nearest to our
 * store policy is breaker and retry at Resilience4j, which has neither a timeout on the caller's thread nor deadlines,
 * and retry, breaker and an interrupting timeout at Failsafe. Resilience4j's limiter counts by fixed cycles and has no
 * keys; it is asked without waiting, as ours always is.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class ResilienceBenchmark {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final int MANY = Integer.MAX_VALUE;

    private int input = 17;

    private CircuitBreaker closed;
    private CircuitBreaker open;
    private Policy store;
    private RateLimiter roomy;
    private RateLimiter usedUp;

    private Supplier<Integer> theirsClosed;
    private Supplier<Integer> theirsOpen;
    private Supplier<Integer> theirsStore;
    private io.github.resilience4j.ratelimiter.RateLimiter theirsRoomy;
    private io.github.resilience4j.ratelimiter.RateLimiter theirsUsedUp;

    private FailsafeExecutor<Integer> failsafeClosed;
    private FailsafeExecutor<Integer> failsafeOpen;
    private FailsafeExecutor<Integer> failsafeStore;

    @Setup
    public void ours() {
        Resilience resilience = Resilience.create();
        closed = resilience.breaker("closed");
        open = resilience.breaker("open", BreakerSettings.defaults().withOpenTimes(HOUR, 1, HOUR));
        while (open.state() == CircuitBreaker.State.CLOSED) {
            failOnce();
        }
        store = resilience.policy("store", Target.STORE);
        // so short a window that even this loop is never refused: some thousand calls are in it at a time
        roomy = SlidingWindowLimiter.builder(LimitRule.of("roomy", LimitRule.MAX_LIMIT, Duration.ofNanos(100_000)))
                .build();
        usedUp = SlidingWindowLimiter.builder(LimitRule.of("used-up", 30, HOUR)).build();
        while (usedUp.tryAcquire("user").allowed()) {
            continue;
        }
    }

    private void failOnce() {
        try {
            open.call(() -> {
                throw new IllegalStateException("down");
            });
        } catch (IllegalStateException e) {
            // counted
        }
    }

    @Setup
    public void resilience4j() {
        CircuitBreakerConfig config = CircuitBreakerConfig.custom()
                .slidingWindowSize(5)
                .minimumNumberOfCalls(5)
                .failureRateThreshold(100)
                .waitDurationInOpenState(HOUR)
                .writableStackTraceEnabled(false)
                .build();
        var breaker = io.github.resilience4j.circuitbreaker.CircuitBreaker.of("closed", config);
        theirsClosed = breaker.decorateSupplier(this::direct);
        var opened = io.github.resilience4j.circuitbreaker.CircuitBreaker.of("open", config);
        opened.transitionToOpenState();
        theirsOpen = opened.decorateSupplier(this::direct);
        var retry = Retry.of(
                "store",
                RetryConfig.custom()
                        .maxAttempts(3)
                        .intervalFunction(IntervalFunction.ofExponentialRandomBackoff(500, 2))
                        .build());
        theirsStore = Retry.decorateSupplier(
                retry,
                io.github.resilience4j.circuitbreaker.CircuitBreaker.of("store", config)
                        .decorateSupplier(this::direct));
        theirsRoomy = limiter(MANY, Duration.ofSeconds(1));
        theirsUsedUp = limiter(1, HOUR);
        theirsUsedUp.acquirePermission();
    }

    private static io.github.resilience4j.ratelimiter.RateLimiter limiter(int limit, Duration cycle) {
        return io.github.resilience4j.ratelimiter.RateLimiter.of(
                "limiter",
                RateLimiterConfig.custom()
                        .limitForPeriod(limit)
                        .limitRefreshPeriod(cycle)
                        .timeoutDuration(Duration.ZERO)
                        .build());
    }

    @Setup
    public void failsafe() {
        failsafeClosed = Failsafe.with(failsafeBreaker());
        dev.failsafe.CircuitBreaker<Integer> opened = failsafeBreaker();
        opened.open();
        failsafeOpen = Failsafe.with(opened);
        RetryPolicy<Integer> retry = RetryPolicy.<Integer>builder()
                .withMaxRetries(2)
                .withBackoff(Duration.ofMillis(500), Duration.ofSeconds(2))
                .build();
        Timeout<Integer> timeout =
                Timeout.<Integer>builder(Duration.ofSeconds(5)).withInterrupt().build();
        failsafeStore = Failsafe.with(retry).compose(failsafeBreaker()).compose(timeout);
    }

    private static dev.failsafe.CircuitBreaker<Integer> failsafeBreaker() {
        return dev.failsafe.CircuitBreaker.<Integer>builder()
                .withFailureThreshold(5)
                .withDelay(HOUR)
                .build();
    }

    /** The call that all others make. */
    @Benchmark
    public Integer direct() {
        return input;
    }

    @Benchmark
    public Integer closedMneme() {
        return closed.call(this::direct);
    }

    @Benchmark
    public Integer closedResilience4j() {
        return theirsClosed.get();
    }

    @Benchmark
    public Integer closedFailsafe() {
        return failsafeClosed.get(this::direct);
    }

    @Benchmark
    public Object openMneme() {
        try {
            return open.call(this::direct);
        } catch (CallRefusedException e) {
            return e;
        }
    }

    @Benchmark
    public Object openResilience4j() {
        try {
            return theirsOpen.get();
        } catch (CallNotPermittedException e) {
            return e;
        }
    }

    @Benchmark
    public Object openFailsafe() {
        try {
            return failsafeOpen.get(this::direct);
        } catch (CircuitBreakerOpenException e) {
            return e;
        }
    }

    @Benchmark
    public Integer storeMneme() {
        return store.call(this::direct);
    }

    @Benchmark
    public Integer storeResilience4j() {
        return theirsStore.get();
    }

    @Benchmark
    public Integer storeFailsafe() {
        return failsafeStore.get(this::direct);
    }

    @Benchmark
    public Decision allowedMneme() {
        return roomy.tryAcquire("user");
    }

    @Benchmark
    public boolean allowedResilience4j() {
        return theirsRoomy.acquirePermission();
    }

    @Benchmark
    public Decision refusedMneme() {
        return usedUp.tryAcquire("user");
    }

    @Benchmark
    public boolean refusedResilience4j() {
        return theirsUsedUp.acquirePermission();
    }
}
