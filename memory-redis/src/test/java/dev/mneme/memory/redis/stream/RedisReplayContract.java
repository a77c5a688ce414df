package dev.mneme.memory.redis.stream;

import dev.mneme.events.stream.KitEvents;
import dev.mneme.events.stream.MovableTime;
import dev.mneme.events.stream.ReplayBuffer;
import dev.mneme.events.stream.ReplayBufferContract;
import dev.mneme.memory.redis.Redis;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The contract of replay buffers for those on a Redis, which the tests of a class share. */
abstract class RedisReplayContract extends ReplayBufferContract {

    private static final AtomicInteger NAMES = new AtomicInteger();

    private final String name = "replay " + NAMES.incrementAndGet();
    private final MovableTime time = new MovableTime();
    private final AtomicLong aheadMillis = new AtomicLong();

    protected abstract Redis redis();

    /** Has the server that holds a key lose all its data. */
    protected abstract void lose(String key);

    @Override
    protected ReplayBuffer open() {
        return RedisReplayBuffer.builder(redis(), name, KitEvents.CODEC)
                .ticker(time)
                .aheadMillis(aheadMillis::get)
                .build();
    }

    @Override
    protected ReplayBuffer afterLoss(ReplayBuffer lost) {
        lost.close();
        lose(new ReplayKeys("default", name).of(SESSION)[0]);
        return open();
    }

    @Override
    protected void advance(Duration by) {
        aheadMillis.addAndGet(by.toMillis());
        time.advance(by);
    }
}
