package dev.mneme.benchmarks.outbox;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;

/** When each event stood in Redis, and whether it came once and in the order of its key. */
final class Deliveries {

    static final int KEYS = 200;

    private static final long LONGEST_SECONDS = 180;

    private final AtomicLongArray at;
    private final AtomicIntegerArray lastOfKey = new AtomicIntegerArray(KEYS);
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicInteger twice = new AtomicInteger();
    private final AtomicInteger inversions = new AtomicInteger();

    Deliveries(int most) {
        at = new AtomicLongArray(most);
        for (int key = 0; key < KEYS; key++) {
            lastOfKey.set(key, -1);
        }
    }

    /** The key of an event; numbers of one key rise in the order of their commits. */
    static int key(int number) {
        return number % KEYS;
    }

    void arrived(int number) {
        if (!at.compareAndSet(number, 0, System.nanoTime())) {
            twice.incrementAndGet();
            return;
        }
        if (lastOfKey.getAndSet(key(number), number) > number) {
            inversions.incrementAndGet();
        }
        count.incrementAndGet();
    }

    long at(int number) {
        return at.get(number);
    }

    int count() {
        return count.get();
    }

    int twice() {
        return twice.get();
    }

    int inversions() {
        return inversions.get();
    }

    /** Waits for so many; answers when the last one came. */
    long await(int events) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_SECONDS);
        while (count.get() < events) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException(
                        count.get() + " of " + events + " events were delivered in " + LONGEST_SECONDS + " seconds");
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
        long[] times = new long[at.length()];
        Arrays.setAll(times, at::get);
        return Arrays.stream(times).filter(time -> time != 0).max().orElseThrow();
    }
}
