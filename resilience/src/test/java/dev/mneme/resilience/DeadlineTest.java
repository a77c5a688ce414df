package dev.mneme.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class DeadlineTest {

    private final VirtualTime time = new VirtualTime();
    private final ExecutorService pool = Executors.newSingleThreadExecutor();

    @AfterEach
    void stop() {
        pool.shutdownNow();
    }

    @Test
    void aDeadlineHoldsInsideItsCallAndNowhereElse() {
        assertThat(Deadline.current()).isEmpty();
        Duration left = seconds(10).call(() -> {
            time.advance(Duration.ofSeconds(3));
            return Deadline.current().orElseThrow().remaining();
        });
        assertThat(left).isEqualTo(Duration.ofSeconds(7));
        assertThat(Deadline.current()).isEmpty();
    }

    @Test
    void theSmallerOfNestedDeadlinesWinsWhicheverIsInside() {
        assertThat(seconds(10).call(() -> seconds(4).call(this::left))).isEqualTo(Duration.ofSeconds(4));
        assertThat(seconds(4).call(() -> seconds(10).call(this::left))).isEqualTo(Duration.ofSeconds(4));
        assertThat(seconds(10).call(() -> {
                    seconds(4).call(this::left);
                    return left();
                }))
                .as("the outer one is back after the inner call")
                .isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void deadlinesOfDifferentClocksAreComparedByWhatIsLeft() {
        var real = Deadline.after(Duration.ofHours(1));
        assertThat(real.call(() -> seconds(4).call(this::left))).isEqualTo(Duration.ofSeconds(4));
        assertThat(seconds(4).call(() -> real.call(this::left))).isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void aPassedDeadlineHasNothingLeft() {
        Deadline deadline = seconds(1);
        time.advance(Duration.ofNanos(999_999_999));
        assertThat(deadline.passed()).isFalse();
        time.advance(Duration.ofNanos(1));
        assertThat(deadline.passed()).isTrue();
        time.advance(Duration.ofDays(2));
        assertThat(deadline.remaining()).isZero();
        assertThat(deadline).hasToString("Deadline in PT0S");
    }

    @Test
    void aDeadlineSetBeforeAnExecutorHopHoldsAfterIt() throws Exception {
        CompletableFuture<Optional<Deadline>> carried =
                seconds(9).call(() -> CompletableFuture.supplyAsync(Deadline::current, Deadline.carry(pool)));
        assertThat(carried.get().orElseThrow().remaining()).isEqualTo(Duration.ofSeconds(9));

        Callable<Duration> task = seconds(9).call(() -> Deadline.carry((Callable<Duration>) this::left));
        assertThat(pool.submit(task).get()).isEqualTo(Duration.ofSeconds(9));

        assertThat(pool.submit(Deadline::current).get())
                .as("the pool's thread is clean again")
                .isEmpty();
    }

    @Test
    void theThreadIsCleanAlsoAfterAFailure() {
        assertThatThrownBy(() -> seconds(1).call(() -> {
                    throw new IOException("x");
                }))
                .isInstanceOf(IOException.class);
        assertThat(Deadline.current()).isEmpty();
    }

    @Test
    void nonsenseIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Deadline.after(Duration.ZERO))
                .withMessage("time must be more than zero, was PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Deadline.after(Duration.ofDays(366), Ticker.system()))
                .withMessage("time must be at most PT8760H, was PT8784H");
    }

    private Deadline seconds(int seconds) {
        return Deadline.after(Duration.ofSeconds(seconds), time);
    }

    private Duration left() {
        return Deadline.current().orElseThrow().remaining();
    }
}
