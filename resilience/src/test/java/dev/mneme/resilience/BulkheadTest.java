package dev.mneme.resilience;

import static dev.mneme.resilience.CallRefusedException.Reason.BULKHEAD_FULL;
import static dev.mneme.resilience.CallRefusedException.Reason.INTERRUPTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class BulkheadTest {

    private final VirtualTime time = new VirtualTime();
    private final Bulkhead bulkhead =
            new Bulkhead("store", BulkheadSettings.of(1).withQueue(2, Duration.ofMillis(20)), time);

    @Test
    void aTimedOutWaiterDoesNotKeepItsPermit() {
        bulkhead.acquire(null);
        Bulkhead.Place waiter = bulkhead.join(null);
        time.advance(Duration.ofMillis(20));
        assertThat(waiter.granted).isCompletedWithValue(false);

        bulkhead.release();

        assertThat(bulkhead.join(null).granted).isCompletedWithValue(true);
    }

    @Test
    void placesGoToThoseWhoWaitInTheirOrder() {
        bulkhead.acquire(null);
        Bulkhead.Place first = bulkhead.join(null);
        Bulkhead.Place second = bulkhead.join(null);
        assertThat(first.granted).isNotDone();

        bulkhead.release();
        assertThat(first.granted).isCompletedWithValue(true);
        assertThat(second.granted).isNotDone();
        bulkhead.release();
        assertThat(second.granted).isCompletedWithValue(true);

        time.advance(Duration.ofMinutes(1));
        assertThat(bulkhead.numbers()).isEqualTo(new BulkheadNumbers("store", 1, 0, 0));
        assertThat(time.waiting()).isZero();
    }

    @Test
    void whoeverFindsTheQueueFullIsRefusedAtOnce() {
        bulkhead.acquire(null);
        bulkhead.join(null);
        bulkhead.join(null);
        assertThatThrownBy(() -> bulkhead.call(() -> "never"))
                .isInstanceOfSatisfying(
                        CallRefusedException.class, e -> assertThat(e.reason()).isEqualTo(BULKHEAD_FULL))
                .hasMessage("call to 'store' was not made: too many calls are running");
        assertThat(bulkhead.numbers()).isEqualTo(new BulkheadNumbers("store", 1, 2, 1));
    }

    @Test
    void aCallGivesItsPlaceBackHoweverItEnds() {
        assertThat(bulkhead.call(() -> "answer")).isEqualTo("answer");
        assertThatThrownBy(() -> bulkhead.call(() -> {
                    throw new StackOverflowError();
                }))
                .isInstanceOf(StackOverflowError.class);
        assertThat(bulkhead.numbers().running()).isZero();
    }

    @Test
    void theDeadlineShortensTheWait() {
        bulkhead.acquire(null);
        Bulkhead.Place waiter = bulkhead.join(Deadline.after(Duration.ofMillis(5), time));
        time.advance(Duration.ofMillis(5));
        assertThat(waiter.granted).isCompletedWithValue(false);
    }

    @Test
    void whoeverLeavesAfterAPlaceWasGivenGivesItOn() {
        bulkhead.acquire(null);
        Bulkhead.Place waiter = bulkhead.join(null);
        bulkhead.release();
        bulkhead.leave(waiter);
        assertThat(bulkhead.numbers().running()).isZero();
    }

    @Test
    void anInterruptEndsAWaitAndKeepsTheFlag() throws Exception {
        bulkhead.acquire(null);
        var seen = new ArrayList<Object>();
        var thread = new Thread(() -> {
            try {
                bulkhead.acquire(null);
            } catch (CallRefusedException e) {
                seen.add(e.reason());
                seen.add(Thread.currentThread().isInterrupted());
            }
        });
        thread.start();
        while (bulkhead.numbers().waiting() == 0) {
            Thread.onSpinWait();
        }
        thread.interrupt();
        thread.join();
        assertThat(seen).containsExactly(INTERRUPTED, true);
        bulkhead.release();
        assertThat(bulkhead.numbers().running()).isZero();
    }

    @Test
    void neverMoreThanTheLimitRunAndNoPlaceIsLostWhenWaitersGiveUpAllTheTime() throws Exception {
        var real =
                new Bulkhead("store", BulkheadSettings.of(3).withQueue(4, Duration.ofNanos(200_000)), Waits.system());
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        var start = new CountDownLatch(1);
        List<Future<?>> futures = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            futures.add(threads.submit(() -> {
                start.await();
                for (int call = 0; call < 2_000; call++) {
                    try {
                        real.call(() -> {
                            most.accumulateAndGet(running.incrementAndGet(), Math::max);
                            for (int spin = RandomGenerator.getDefault().nextInt(400); spin > 0; spin--) {
                                Thread.onSpinWait();
                            }
                            return running.decrementAndGet();
                        });
                    } catch (CallRefusedException e) {
                        Thread.onSpinWait();
                    }
                }
                return null;
            }));
        }
        start.countDown();
        for (Future<?> future : futures) {
            future.get();
        }
        threads.shutdown();
        assertThat(most.get()).isBetween(1, 3);
        assertThat(real.numbers().running()).isZero();
        assertThat(real.numbers().waiting()).isZero();
    }

    @Test
    void nonsenseIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BulkheadSettings.of(0))
                .withMessage("maxConcurrent must be 1 to 100000, was 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BulkheadSettings.of(1).withQueue(-1, Duration.ZERO))
                .withMessage("maxWaiting must be 0 to 100000, was -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BulkheadSettings.of(1).withQueue(1, Duration.ofMillis(-1)))
                .withMessage("maxWait must not be negative, was PT-0.001S");
    }
}
