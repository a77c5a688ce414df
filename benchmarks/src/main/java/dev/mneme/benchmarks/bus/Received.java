package dev.mneme.benchmarks.bus;

import java.util.concurrent.atomic.AtomicLongArray;

/** Counts what agents were told, by sender; each count has a cache line to itself. */
final class Received {

    static final int SENDERS = 4;
    private static final int LINE = 16;

    private final AtomicLongArray counts = new AtomicLongArray(SENDERS * LINE);

    void add(Note note) {
        counts.incrementAndGet(note.sender() * LINE);
    }

    long from(int sender) {
        return counts.get(sender * LINE);
    }

    long all() {
        long all = 0;
        for (int sender = 0; sender < SENDERS; sender++) {
            all += from(sender);
        }
        return all;
    }

    void await(long count) {
        while (all() < count) {
            Thread.yield();
        }
    }
}
