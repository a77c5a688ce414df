package dev.mneme.memory.redis;

import dev.mneme.memory.Memory;
import dev.mneme.memory.history.ConversationHistoryContract;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The contract of histories for memories on a Redis, which the tests of a class share. */
abstract class RedisHistoryContract extends ConversationHistoryContract {

    private static final AtomicInteger NAMESPACES = new AtomicInteger();

    private final String namespace = "history-" + NAMESPACES.incrementAndGet();

    /** The way to the server under test. */
    protected abstract Redis redis();

    @Override
    protected Memory open() {
        until(redis()::isReachable);
        return RedisMemory.builder(redis())
                .namespace(namespace)
                // erasing waits for the caches of all nodes
                .stalenessBound(Duration.ofMillis(600))
                .build();
    }

    @Override
    protected boolean nodesShare() {
        return true;
    }

    @Override
    protected void pass(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }
}
