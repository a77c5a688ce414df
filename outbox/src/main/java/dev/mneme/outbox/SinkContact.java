package dev.mneme.outbox;

import dev.mneme.Ticker;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/** Since when the sink has not answered this relay. */
final class SinkContact {

    private final Ticker ticker;
    private final long longestNanos;
    private final ReentrantLock lock = new ReentrantLock();

    // guarded by the lock
    private boolean missing;
    private long sinceNanos;

    SinkContact(Ticker ticker, Duration longest) {
        this.ticker = ticker;
        this.longestNanos = longest.toNanos();
    }

    void answered() {
        lock.lock();
        try {
            missing = false;
        } finally {
            lock.unlock();
        }
    }

    void missed() {
        lock.lock();
        try {
            if (!missing) {
                missing = true;
                sinceNanos = ticker.nanos();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether no call was answered for as long as a lease. */
    boolean isCut() {
        lock.lock();
        try {
            return missing && ticker.nanos() - sinceNanos > longestNanos;
        } finally {
            lock.unlock();
        }
    }
}
