package dev.mneme.bus;

import dev.mneme.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until it is moved, and what falls due by it. */
final class VirtualClock implements Ticker {

    // shortly before the count overflows, as a real one may be
    private static final long START = Long.MAX_VALUE - Duration.ofSeconds(30).toNanos();

    private final AtomicLong now = new AtomicLong(START);
    private final Timers timers = new Timers(this, () -> {});

    @Override
    public long nanos() {
        return now.get();
    }

    Timers timers() {
        return timers;
    }

    Duration elapsed() {
        return Duration.ofNanos(now.get() - START);
    }

    /** Fires the first entry that is due; false if none is. */
    boolean fireDue() {
        Timers.Entry due = timers.pollDue();
        if (due == null) {
            return false;
        }
        due.fire();
        return true;
    }

    /** Moves to the next entry, or to the limit if that comes first; false if it stood there. */
    boolean advanceToNext(long limit) {
        long left = limit - now.get();
        if (left <= 0) {
            return false;
        }
        now.addAndGet(Math.min(left, Math.max(0, timers.nanosToFirst())));
        return true;
    }
}
