package dev.mneme.memory.redis.model;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Virtual time, chance and the trace of one schedule. Time is in microseconds; nothing here knows another clock or
 * another source of chance, so the same seed gives the same run.
 */
final class Simulation {

    static final long MILLIS = 1_000;
    static final long SECONDS = 1_000_000;

    private record Event(long at, long order, Runnable action) {}

    private final PriorityQueue<Event> events =
            new PriorityQueue<>((a, b) -> a.at != b.at ? Long.compare(a.at, b.at) : Long.compare(a.order, b.order));
    private final SplittableRandom random;
    private final @Nullable List<String> trace;
    private long now;
    private long scheduled;

    Simulation(long seed, boolean traced) {
        this.random = new SplittableRandom(seed);
        this.trace = traced ? new ArrayList<>() : null;
    }

    long now() {
        return now;
    }

    long events() {
        return scheduled;
    }

    void at(long time, Runnable action) {
        events.add(new Event(Math.max(time, now), scheduled++, action));
    }

    void after(long delay, Runnable action) {
        at(now + delay, action);
    }

    void runUntil(long end) {
        while (!events.isEmpty() && events.peek().at <= end) {
            Event event = events.poll();
            now = event.at;
            event.action.run();
        }
        now = end;
    }

    /** True with this probability. */
    boolean chance(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    /** A number from 0 to {@code bound} - 1. */
    int below(int bound) {
        return random.nextInt(bound);
    }

    /** A time from {@code least} to {@code most}, both included. */
    long between(long least, long most) {
        return least >= most ? least : random.nextLong(least, most + 1);
    }

    long token() {
        return random.nextLong();
    }

    /** Adds a line to the trace, if one is kept. */
    void note(Supplier<String> line) {
        if (trace != null) {
            trace.add(String.format("%10.3f ms  %s", now / (double) MILLIS, line.get()));
        }
    }

    List<String> trace() {
        return trace == null ? List.of() : trace;
    }
}
