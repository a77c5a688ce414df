package dev.mneme.events.stream;

import dev.mneme.Tenant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;

/**
 * The events of a {@link LocalEventStream}: those that some group has not finished, and the last of the others. Guarded
 * by the stream's lock.
 */
final class LocalLog {

    /** An event and how many groups have not finished it. */
    static final class Entry {
        final long number;
        final EncodedEvent event;
        final long publishedNanos;
        private int openGroups;

        private Entry(long number, EncodedEvent event, long publishedNanos) {
            this.number = number;
            this.event = event;
            this.publishedNanos = publishedNanos;
        }
    }

    private final int capacity;
    private final int maxRetained;
    private final long maxBytes;
    private final TreeMap<Long, Entry> open = new TreeMap<>();
    private final Deque<Entry> finished = new ArrayDeque<>();
    private long bytes;
    private long lastNumber;

    LocalLog(int capacity, int maxRetained, long maxBytes) {
        this.capacity = capacity;
        this.maxRetained = maxRetained;
        this.maxBytes = maxBytes;
    }

    /** Whether there is room for the event; finished ones make room. */
    boolean makeRoomFor(EncodedEvent event) {
        while (bytes + event.size() > maxBytes && !finished.isEmpty()) {
            bytes -= finished.removeFirst().event.size();
        }
        return open.size() < capacity && bytes + event.size() <= maxBytes;
    }

    Entry append(EncodedEvent event, long nowNanos, int groups) {
        var entry = new Entry(++lastNumber, event, nowNanos);
        entry.openGroups = groups + 1;
        open.put(entry.number, entry);
        bytes += event.size();
        finished(entry);
        return entry;
    }

    /** One group less has the entry before it. */
    void finished(Entry entry) {
        entry.openGroups--;
        if (entry.openGroups == 0 && open.remove(entry.number) != null) {
            finished.addLast(entry);
            while (finished.size() > maxRetained) {
                bytes -= finished.removeFirst().event.size();
            }
        }
    }

    /** All that is here is now before one more group. */
    List<Entry> reopenAll() {
        for (Entry entry : finished) {
            open.put(entry.number, entry);
        }
        finished.clear();
        open.values().forEach(entry -> entry.openGroups++);
        return List.copyOf(open.values());
    }

    int erase(Tenant tenant) {
        List<Entry> erased = new ArrayList<>();
        open.values().removeIf(entry -> isOf(tenant, entry, erased));
        finished.removeIf(entry -> isOf(tenant, entry, erased));
        erased.forEach(entry -> bytes -= entry.event.size());
        return erased.size();
    }

    int openCount() {
        return open.size();
    }

    int length() {
        return open.size() + finished.size();
    }

    private static boolean isOf(Tenant tenant, Entry entry, List<Entry> found) {
        boolean is = entry.event.tenant().equals(tenant);
        if (is) {
            found.add(entry);
        }
        return is;
    }
}
