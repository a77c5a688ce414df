package dev.mneme.benchmarks.outbox;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** Threads that commit one event each at a time; a key's events all come from one thread. */
final class Producers {

    static final int THREADS = 4;
    static final int MOST_PER_SECOND = 50_000;

    /** What was committed as fast as it went. */
    record Committed(int count, long begunNanos, double perSecond) {}

    /** When each event was due, and when its commit was back. */
    static final class Timed {

        final long[] dueNanos;
        final long[] committedNanos;

        Timed(int events) {
            dueNanos = new long[events];
            committedNanos = new long[events];
        }
    }

    private interface Work {
        void run(int thread) throws SQLException;
    }

    private final Contender contender;

    Producers(Contender contender) {
        this.contender = contender;
    }

    /** Numbers are those of four interleaved sequences, taken from the front until the time is over. */
    Committed asFastAsTheyCan(int seconds) throws InterruptedException {
        long begun = System.nanoTime();
        long end = begun + TimeUnit.SECONDS.toNanos(seconds);
        var count = new AtomicInteger();
        inThreads(thread -> {
            for (int number = thread;
                    number < MOST_PER_SECOND * seconds && System.nanoTime() - end < 0;
                    number += THREADS) {
                contender.publish(number);
                count.incrementAndGet();
            }
        });
        return new Committed(count.get(), begun, count.get() * 1e9 / (System.nanoTime() - begun));
    }

    Timed byTheClock(int perSecond, int events) throws InterruptedException {
        var timed = new Timed(events);
        long begun = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20);
        inThreads(thread -> {
            for (int number = thread; number < events; number += THREADS) {
                long due = begun + number * TimeUnit.SECONDS.toNanos(1) / perSecond;
                timed.dueNanos[number] = due;
                while (due - System.nanoTime() > 0) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                timed.committedNanos[number] = contender.publish(number);
            }
        });
        return timed;
    }

    private static void inThreads(Work work) throws InterruptedException {
        var failure = new AtomicReference<Throwable>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int number = i;
            var thread = new Thread(() -> {
                try {
                    work.run(number);
                } catch (SQLException | RuntimeException e) {
                    failure.set(e);
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (failure.get() != null) {
            throw new IllegalStateException("a producer failed", failure.get());
        }
    }
}
