package dev.mneme.bus;

import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** Numbers the tasks of one bus; with a prefix that no other bus has. */
final class TaskIds {

    private final String prefix;
    private final AtomicLong last = new AtomicLong();

    TaskIds(String prefix) {
        this.prefix = prefix;
    }

    static TaskIds random() {
        return new TaskIds(Long.toHexString(UUID.randomUUID().getMostSignificantBits()) + '-');
    }

    long next() {
        return last.incrementAndGet();
    }

    String id(long number) {
        return prefix + number;
    }
}
