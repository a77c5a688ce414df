package dev.mneme.resilience.limit;

import dev.mneme.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Time that moves only when a test says so. */
public final class ManualTicker implements Ticker {

    private final AtomicLong nanos;

    public ManualTicker(long startNanos) {
        nanos = new AtomicLong(startNanos);
    }

    /** A ticker whose reading passes from positive to negative within the first second. */
    public static ManualTicker aboutToWrap() {
        return new ManualTicker(Long.MAX_VALUE - 500_000_000L);
    }

    @Override
    public long nanos() {
        return nanos.get();
    }

    public void advance(Duration by) {
        nanos.addAndGet(by.toNanos());
    }
}
