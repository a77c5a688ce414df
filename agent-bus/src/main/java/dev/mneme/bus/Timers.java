package dev.mneme.bus;

import dev.mneme.Ticker;
import java.util.Arrays;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What falls due later, in a heap by time: deadlines, waits between attempts, handlers given up. An entry knows its place,
 * so to cancel one of n takes O(log n) steps and leaves nothing behind. Bounded by the tasks accepted: two entries for each.
 */
final class Timers {

    private static final int LEAST = 16;

    private final Ticker ticker;
    private final Runnable onFirst;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition earlier = lock.newCondition();
    private @Nullable Entry[] heap = new @Nullable Entry[LEAST];
    private int size;
    private long added;
    /** Whether somebody waits in {@link #awaitFirst}, and until when at the latest. */
    private boolean asleep;

    private long wakesAtNanos;

    /** @param onFirst called under no lock when a new entry is due before all others */
    Timers(Ticker ticker, Runnable onFirst) {
        this.ticker = ticker;
        this.onFirst = onFirst;
    }

    /** @param action short, and no user's code */
    Entry at(long dueNanos, Runnable action) {
        Entry entry;
        boolean first;
        lock.lock();
        try {
            entry = new Entry(dueNanos, added++, action);
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, size * 2);
            }
            size++;
            up(size - 1, entry);
            first = entry.index == 0;
            if (first && asleep && dueNanos - wakesAtNanos < 0) {
                earlier.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (first) {
            onFirst.run();
        }
        return entry;
    }

    int size() {
        lock.lock();
        try {
            return size;
        } finally {
            lock.unlock();
        }
    }

    /** Takes the first entry if it is due. */
    @Nullable
    Entry pollDue() {
        lock.lock();
        try {
            Entry first = heap[0];
            if (first == null || first.dueNanos - ticker.nanos() > 0) {
                return null;
            }
            removeAt(0);
            return first;
        } finally {
            lock.unlock();
        }
    }

    /** The nanoseconds until the first entry is due; negative if it is late, {@link Long#MAX_VALUE} if there is none. */
    long nanosToFirst() {
        lock.lock();
        try {
            Entry first = heap[0];
            return first == null ? Long.MAX_VALUE : first.dueNanos - ticker.nanos();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the first entry is due, or the time is over, or an earlier entry comes. */
    @SuppressWarnings("WaitNotInLoop") // whoever calls looks for itself, and comes back
    void awaitFirst(long atMostNanos) throws InterruptedException {
        lock.lock();
        try {
            Entry first = heap[0];
            long now = ticker.nanos();
            long wait = first == null ? atMostNanos : Math.min(atMostNanos, first.dueNanos - now);
            if (wait > 0) {
                asleep = true;
                wakesAtNanos = now + wait;
                long left = earlier.awaitNanos(wait);
                assert left <= wait;
            }
        } finally {
            asleep = false;
            lock.unlock();
        }
    }

    private void removeAt(int index) {
        Entry removed = at(index);
        removed.index = -1;
        size--;
        Entry last = at(size);
        heap[size] = null;
        if (last != removed) {
            down(index, last);
            if (last.index == index) {
                up(index, last);
            }
        }
        if (size < heap.length / 4 && heap.length > LEAST) {
            heap = Arrays.copyOf(heap, heap.length / 2);
        }
    }

    private void up(int from, Entry entry) {
        int index = from;
        while (index > 0) {
            int parent = (index - 1) >>> 1;
            if (!entry.isBefore(at(parent))) {
                break;
            }
            put(index, at(parent));
            index = parent;
        }
        put(index, entry);
    }

    private void down(int from, Entry entry) {
        int index = from;
        while (2 * index + 1 < size) {
            int child = 2 * index + 1;
            if (child + 1 < size && at(child + 1).isBefore(at(child))) {
                child++;
            }
            if (!at(child).isBefore(entry)) {
                break;
            }
            put(index, at(child));
            index = child;
        }
        put(index, entry);
    }

    private void put(int index, Entry entry) {
        heap[index] = entry;
        entry.index = index;
    }

    private Entry at(int index) {
        Entry entry = heap[index];
        if (entry == null) {
            throw new IllegalStateException("no entry at " + index + " of " + size);
        }
        return entry;
    }

    /** Something that falls due. */
    final class Entry {

        private final long dueNanos;
        private final long number;
        private final Runnable action;
        private int index;

        private Entry(long dueNanos, long number, Runnable action) {
            this.dueNanos = dueNanos;
            this.number = number;
            this.action = action;
        }

        void fire() {
            action.run();
        }

        /** It will not be taken, unless it has been. */
        void cancel() {
            lock.lock();
            try {
                if (index >= 0) {
                    removeAt(index);
                }
            } finally {
                lock.unlock();
            }
        }

        long dueNanos() {
            return dueNanos;
        }

        private boolean isBefore(Entry other) {
            long gap = dueNanos - other.dueNanos;
            return gap < 0 || (gap == 0 && number < other.number);
        }
    }
}
