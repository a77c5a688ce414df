package dev.mneme.resilience;

import dev.mneme.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A ticker that a test moves; it begins shortly before the count overflows, so that comparing without subtraction fails. */
final class ManualTicker implements Ticker {

    private final AtomicLong nanos =
            new AtomicLong(Long.MAX_VALUE - Duration.ofSeconds(90).toNanos());

    @Override
    public long nanos() {
        return nanos.get();
    }

    void advance(Duration by) {
        nanos.addAndGet(by.toNanos());
    }
}
