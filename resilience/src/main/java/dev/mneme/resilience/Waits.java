package dev.mneme.resilience;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

/** How time is let pass: a seam, so that tests can make it pass at once. */
interface Waits {

    /** Waits on the calling thread. */
    void sleep(long nanos) throws InterruptedException;

    /** Runs a short task later, on a thread of ours; what it returns takes the task back if it has not begun. */
    Runnable schedule(long nanos, Runnable task);

    static Waits system() {
        return new Waits() {
            private final Timer timer = new Timer();

            @Override
            public void sleep(long nanos) throws InterruptedException {
                NANOSECONDS.sleep(nanos);
            }

            @Override
            public Runnable schedule(long nanos, Runnable task) {
                return timer.schedule(nanos, task);
            }
        };
    }
}
