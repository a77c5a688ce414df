package dev.mneme.resilience;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * What Resilience4j's breaker does when it is configured as near to ours as it goes: the reasons for the gate. Should one
 * of these fail after an upgrade, the gate may have become simpler to write.
 */
class BareBreakerContrastTest {

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final InstantSource clock = now::get;
    private final CircuitBreaker bare = CircuitBreaker.of(
            "bare",
            CircuitBreakerConfig.custom()
                    .slidingWindow(5, 5, CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                    .failureRateThreshold(100)
                    .permittedNumberOfCallsInHalfOpenState(2)
                    .waitIntervalFunctionInOpenState(
                            IntervalFunction.ofExponentialBackoff(Duration.ofSeconds(60), 2, Duration.ofSeconds(600)))
                    .clock(clock.withZone(ZoneOffset.UTC))
                    .build());

    @Test
    void itLetsTwoProbesRunAtOnce() {
        halfOpen();
        assertThat(bare.tryAcquirePermission()).isTrue();
    }

    @Test
    void itStaysHalfOpenAfterAFailureAndClosesOnTheNextSuccess() {
        halfOpen();
        fail(1);
        assertThat(bare.getState()).isEqualTo(State.HALF_OPEN);
        bare.tryAcquirePermission();
        bare.onSuccess(1, NANOSECONDS);
        assertThat(bare.getState()).isEqualTo(State.CLOSED);
    }

    @Test
    void itClosesOnResultsOfCallsFromBeforeTheOutage() {
        bare.tryAcquirePermission();
        bare.tryAcquirePermission();
        halfOpen();
        bare.onSuccess(1, NANOSECONDS);
        bare.onSuccess(1, NANOSECONDS);
        assertThat(bare.getState()).isEqualTo(State.CLOSED);
    }

    @Test
    void itRefusesForEverWhenItsProbesNeverReturn() {
        halfOpen();
        bare.tryAcquirePermission();
        now.updateAndGet(instant -> instant.plus(Duration.ofDays(1)));
        assertThat(bare.tryAcquirePermission()).isFalse();
    }

    @Test
    void itStaysShutWhenTheWallClockIsSetBack() {
        fail(5);
        now.updateAndGet(instant -> instant.minus(Duration.ofHours(1)).plusSeconds(61));
        assertThat(bare.tryAcquirePermission()).isFalse();
    }

    @Test
    void itOpensAfterFiveSuccessfulCallsOfAMinute() {
        CircuitBreaker defaults = CircuitBreaker.of(
                "defaults",
                CircuitBreakerConfig.custom()
                        .slidingWindow(5, 5, CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                        .build());
        for (int i = 0; i < 5; i++) {
            defaults.onSuccess(Duration.ofSeconds(61).toNanos(), NANOSECONDS);
        }
        assertThat(defaults.getState()).isEqualTo(State.OPEN);
    }

    /** Leaves the first probe under way. */
    private void halfOpen() {
        fail(5);
        now.updateAndGet(instant -> instant.plusSeconds(61));
        assertThat(bare.tryAcquirePermission()).isTrue();
        assertThat(bare.getState()).isEqualTo(State.HALF_OPEN);
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            bare.onError(1, NANOSECONDS, new IllegalStateException("down"));
        }
    }
}
