package dev.mneme.resilience.limit;

import java.util.Arrays;

/**
 * The times of the calls that one rule allowed to one key within its window, oldest first: a ring that grows up to the
 * limit. Not safe for threads; its {@link KeyLog} guards it.
 */
final class CallLog {

    private static final int FIRST_CAPACITY = 8;

    private final int limit;
    private final long windowNanos;
    private long[] times;
    private int oldest;
    private int count;

    CallLog(int limit, long windowNanos) {
        this.limit = limit;
        this.windowNanos = windowNanos;
        this.times = new long[Math.min(limit, FIRST_CAPACITY)];
    }

    /** Forgets the calls that left the window: one made at {@code t} has left it at {@code t + window}. */
    void forgetUntil(long nowNanos) {
        while (count > 0 && nowNanos - times[oldest] >= windowNanos) {
            oldest = oldest + 1 == times.length ? 0 : oldest + 1;
            count--;
        }
    }

    boolean isEmpty() {
        return count == 0;
    }

    int free() {
        return limit - count;
    }

    /** How long until there is room; only to be asked of a log with none. */
    long untilFreeNanos(long nowNanos) {
        return times[oldest] + windowNanos - nowNanos;
    }

    void add(long nowNanos) {
        if (count == times.length) {
            grow();
        }
        int next = oldest + count;
        times[next < times.length ? next : next - times.length] = nowNanos;
        count++;
    }

    private void grow() {
        long[] wider = Arrays.copyOf(times, Math.min(limit, times.length * 2));
        System.arraycopy(times, oldest, wider, 0, count - oldest);
        System.arraycopy(times, 0, wider, count - oldest, oldest);
        times = wider;
        oldest = 0;
    }
}
