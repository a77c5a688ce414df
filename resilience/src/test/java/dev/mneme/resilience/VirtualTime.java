package dev.mneme.resilience;

import dev.mneme.Ticker;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Time that passes only when someone sleeps or a test says so; what is due runs on the thread that moves it. */
final class VirtualTime implements Ticker, Waits {

    private record Task(long atNanos, long number, Runnable action) {}

    private static final long START = Long.MAX_VALUE - Duration.ofSeconds(90).toNanos();

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::atNanos).thenComparingLong(Task::number));
    private long sinceStart;
    private long scheduled;

    @Override
    public long nanos() {
        return START + sinceStart;
    }

    Duration elapsed() {
        return Duration.ofNanos(sinceStart);
    }

    @Override
    public void sleep(long nanos) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        advance(Duration.ofNanos(nanos));
    }

    @Override
    public Runnable schedule(long nanos, Runnable action) {
        var task = new Task(sinceStart + nanos, scheduled++, action);
        tasks.add(task);
        return () -> tasks.remove(task);
    }

    void advance(Duration by) {
        long end = sinceStart + by.toNanos();
        while (!tasks.isEmpty() && tasks.peek().atNanos() <= end) {
            Task next = tasks.remove();
            sinceStart = Math.max(sinceStart, next.atNanos());
            next.action().run();
        }
        sinceStart = Math.max(sinceStart, end);
    }

    /** Lets time pass until nothing is scheduled any more. */
    void runAll() {
        while (!tasks.isEmpty()) {
            advance(Duration.ofNanos(tasks.peek().atNanos() - sinceStart));
        }
    }

    int waiting() {
        return tasks.size();
    }
}
