package dev.mneme.memory.redis;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The server's time as this node may assume it. */
class RedisClockTest {

    private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 1_000);
    private final RedisClock clock = new RedisClock(time::get);

    @Test
    void timeRunsFromWhenTheServerWasAskedSoThatItIsNeverBehind() {
        long asked = time.get();
        time.addAndGet(ofMillis(300).toNanos());
        clock.told(7, asked, 1_000_000);
        assertThat(clock.now(7)).isEqualTo(1_000_301);
        time.addAndGet(ofSeconds(2).toNanos());
        assertThat(clock.now(7)).isEqualTo(1_002_301);
    }

    @Test
    void eachBucketHasTheTimeOfItsOwnServer() {
        clock.told(1, time.get(), 5_000);
        clock.told(2, time.get(), 900_000);
        assertThat(clock.now(1)).isEqualTo(5_001);
        assertThat(clock.now(2)).isEqualTo(900_001);
        assertThat(clock.now(3)).isEqualTo(RedisClock.UNKNOWN);
    }

    @Test
    void whatWasAskedLaterHoldsInWhateverOrderTheAnswersCome() {
        long first = time.get();
        long second = first + ofMillis(10).toNanos();
        time.addAndGet(ofMillis(20).toNanos());
        clock.told(1, second, 50_010);
        clock.told(1, first, 90_000);
        assertThat(clock.now(1)).isEqualTo(50_021);
    }

    @Test
    void aTimeThatIsForgottenIsNotKnown() {
        clock.told(1, time.get(), 5_000);
        clock.told(2, time.get(), 5_000);
        clock.forget(1, time.get());
        assertThat(clock.now(1)).isEqualTo(RedisClock.UNKNOWN);
        assertThat(clock.now(2)).isEqualTo(5_001);
    }

    @Test
    void whatWasAskedBeforeATimeWasForgottenDoesNotBringItBack() {
        long before = time.get();
        time.addAndGet(ofMillis(10).toNanos());
        clock.forget(1, time.get());
        clock.told(1, before, 90_000);
        assertThat(clock.now(1)).as("of the server that was left").isEqualTo(RedisClock.UNKNOWN);
        clock.told(1, time.get(), 50_000);
        assertThat(clock.now(1)).isEqualTo(50_001);
    }
}
