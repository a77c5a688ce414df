package dev.mneme.memory.history;

import dev.mneme.memory.LocalMemory;
import dev.mneme.memory.Memory;
import dev.mneme.memory.MemorySettings;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** The histories of a memory of one process keep the contract. */
class LocalHistoryTest extends ConversationHistoryContract {

    private final AtomicLong nanos = new AtomicLong();

    @Override
    protected Memory open() {
        return LocalMemory.create(MemorySettings.defaults(), nanos::get);
    }

    @Override
    protected boolean nodesShare() {
        return false;
    }

    @Override
    protected void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
