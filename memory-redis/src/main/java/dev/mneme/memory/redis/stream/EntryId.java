package dev.mneme.memory.redis.stream;

import dev.mneme.events.Priority;

/** The place of an entry: which of the streams, and its id there. Ordered by id; those of one stream only compare. */
record EntryId(Priority priority, long millis, long sequence) implements Comparable<EntryId> {

    static EntryId parse(Priority priority, String id) {
        int dash = id.indexOf('-');
        return new EntryId(
                priority, Long.parseLong(id.substring(0, dash)), Long.parseUnsignedLong(id.substring(dash + 1)));
    }

    @Override
    public int compareTo(EntryId other) {
        int byMillis = Long.compare(millis, other.millis);
        return byMillis != 0 ? byMillis : Long.compareUnsigned(sequence, other.sequence);
    }

    /** As Redis writes it. */
    String text() {
        return millis + "-" + Long.toUnsignedString(sequence);
    }
}
