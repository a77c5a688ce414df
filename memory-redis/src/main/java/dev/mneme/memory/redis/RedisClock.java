package dev.mneme.memory.redis;

import dev.mneme.Ticker;
import dev.mneme.memory.cache.spi.FarKey;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * What time it is at the server of a bucket: the last time it told, plus what has passed since it was <em>asked</em>. So
 * this clock is never behind the server's but by the drift of two clocks since then, and what it calls fresh is fresh.
 *
 * <p>Safe for use by many threads.
 */
final class RedisClock {

    /** What {@link #now} gives when no server has told the time. */
    static final long UNKNOWN = -1;

    /** The last of what was asked; its time is {@link #UNKNOWN} if nothing from then on has told it. */
    private record Told(long sentNanos, long millis) {}

    private final Ticker ticker;
    private final AtomicReferenceArray<Told> told = new AtomicReferenceArray<>(FarKey.BUCKETS);

    RedisClock(Ticker ticker) {
        this.ticker = ticker;
    }

    long nanos() {
        return ticker.nanos();
    }

    /** The server's clock in ms. */
    long now(int bucket) {
        Told last = told.get(bucket);
        return last == null || last.millis == UNKNOWN
                ? UNKNOWN
                : last.millis + (ticker.nanos() - last.sentNanos) / 1_000_000 + 1;
    }

    /** The server of a bucket told the time to who asked it at a reading of the ticker; what was asked later holds. */
    void told(int bucket, long sentNanos, long millis) {
        var now = new Told(sentNanos, millis);
        Told last = told.get(bucket);
        while ((last == null || sentNanos - last.sentNanos >= 0) && !told.compareAndSet(bucket, last, now)) {
            last = told.get(bucket);
        }
    }

    /**
     * The server of a bucket may be another, with another clock.
     *
     * @param sinceNanos the ticker's reading since when; what was asked before tells nothing any more
     */
    void forget(int bucket, long sinceNanos) {
        told.set(bucket, new Told(sinceNanos, UNKNOWN));
    }
}
