package dev.mneme.resilience;

import dev.mneme.Ticker;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Interrupts threads whose call has run too long.
 *
 * <p>To watch a call must cost next to nothing, since nearly all end in time: a call is linked into one of a few lists
 * and taken out again. One daemon thread looks through the lists every 10 ms, so a timeout may come that much late; the
 * thread ends when it found nothing for a second, and is started again by the next call.
 */
final class Watchdog {

    private static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int IDLE_ROUNDS = 100;
    private static final int LISTS = 16;

    /** One watched call; linked into its list, whose lock guards it. */
    static final class Watch {
        private final WatchList list;
        private final Thread thread = Thread.currentThread();
        private final long endNanos;
        private boolean fired;
        private @Nullable Watch before;
        private @Nullable Watch after;

        private Watch(WatchList list, long endNanos) {
            this.list = list;
            this.endNanos = endNanos;
        }

        /**
         * Ends the watch; after it no interrupt comes from here.
         *
         * @return whether the call had run out of its time; then the thread's interrupt flag is cleared, as it was ours
         */
        boolean end() {
            boolean late = list.remove(this);
            if (late) {
                Thread.interrupted();
            }
            return late;
        }
    }

    private static final class WatchList {
        private final ReentrantLock lock = new ReentrantLock();
        private @Nullable Watch first;

        void add(Watch watch) {
            lock.lock();
            try {
                watch.after = first;
                if (first != null) {
                    first.before = watch;
                }
                first = watch;
            } finally {
                lock.unlock();
            }
        }

        boolean remove(Watch watch) {
            lock.lock();
            try {
                if (watch.before != null) {
                    watch.before.after = watch.after;
                } else {
                    first = watch.after;
                }
                if (watch.after != null) {
                    watch.after.before = watch.before;
                }
                return watch.fired;
            } finally {
                lock.unlock();
            }
        }

        boolean check(long now) {
            lock.lock();
            try {
                for (Watch watch = first; watch != null; watch = watch.after) {
                    if (!watch.fired && watch.endNanos - now <= 0) {
                        watch.fired = true;
                        watch.thread.interrupt();
                    }
                }
                return first == null;
            } finally {
                lock.unlock();
            }
        }
    }

    private final Ticker ticker;
    private final WatchList[] lists = new WatchList[LISTS];
    private final AtomicBoolean awake = new AtomicBoolean();

    Watchdog(Ticker ticker) {
        this.ticker = ticker;
        for (int i = 0; i < LISTS; i++) {
            lists[i] = new WatchList();
        }
    }

    /** Watches the calling thread until the watch is ended, which must be on the same thread and in a finally. */
    Watch start(long endNanos) {
        WatchList list = lists[(int) (Thread.currentThread().getId() & (LISTS - 1))];
        var watch = new Watch(list, endNanos);
        list.add(watch);
        if (!awake.get()) {
            wake();
        }
        return watch;
    }

    private void wake() {
        if (awake.compareAndSet(false, true)) {
            var thread = new Thread(this::run, "mneme-resilience-watchdog");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void run() {
        int idle = 0;
        while (idle < IDLE_ROUNDS) {
            LockSupport.parkNanos(ROUND_NANOS);
            idle = checkAll() ? idle + 1 : 0;
        }
        awake.set(false);
        // a call that came in between saw us awake
        if (!checkAll()) {
            wake();
        }
    }

    private boolean checkAll() {
        long now = ticker.nanos();
        boolean empty = true;
        for (WatchList list : lists) {
            empty &= list.check(now);
        }
        return empty;
    }
}
