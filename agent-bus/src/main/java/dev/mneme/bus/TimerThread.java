package dev.mneme.bus;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.mneme.Ticker;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One daemon thread that fires what is due; it is there only while there is something to wait for, and a little longer.
 *
 * <p>Waits are real. A ticker that is not the system's may be moved by hand, so with one it looks every few milliseconds.
 */
final class TimerThread {

    private static final Logger LOG = LoggerFactory.getLogger(TimerThread.class);
    private static final long IDLE_NANOS = SECONDS.toNanos(5);
    private static final long LOOK_NANOS = MILLISECONDS.toNanos(5);

    private final AtomicBoolean alive = new AtomicBoolean();
    private final long longestWaitNanos;
    private final Timers timers;

    TimerThread(Ticker ticker, boolean systemTicker) {
        this.longestWaitNanos = systemTicker ? IDLE_NANOS : LOOK_NANOS;
        this.timers = new Timers(ticker, this::ensureAlive);
    }

    Timers timers() {
        return timers;
    }

    private void ensureAlive() {
        if (!alive.get() && alive.compareAndSet(false, true)) {
            var thread = new Thread(this::run, "mneme-bus-timer");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void run() {
        long idleSince = System.nanoTime();
        while (true) {
            Timers.Entry due = timers.pollDue();
            if (due != null) {
                fire(due);
                idleSince = System.nanoTime();
                continue;
            }
            if (timers.size() > 0) {
                idleSince = System.nanoTime();
            } else if (System.nanoTime() - idleSince > IDLE_NANOS) {
                alive.set(false);
                // an entry that came in between saw this thread alive
                if (timers.size() == 0 || !alive.compareAndSet(false, true)) {
                    return;
                }
            }
            try {
                timers.awaitFirst(longestWaitNanos);
            } catch (InterruptedException e) {
                // nobody has this thread to interrupt it; to go on is right if somebody finds it
                LOG.debug("the timer was interrupted");
            }
        }
    }

    private static void fire(Timers.Entry due) {
        try {
            due.fire();
        } catch (RuntimeException | Error e) {
            LOG.error("what was due failed: {}", e.getClass().getName());
        }
    }
}
