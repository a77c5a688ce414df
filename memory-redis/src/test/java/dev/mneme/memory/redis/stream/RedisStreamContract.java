package dev.mneme.memory.redis.stream;

import dev.mneme.events.EventCodec;
import dev.mneme.events.stream.EventStream;
import dev.mneme.events.stream.EventStreamContract;
import dev.mneme.events.stream.MovableTime;
import dev.mneme.memory.redis.Redis;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** The contract of streams for those on a Redis, which the tests of a class share. */
abstract class RedisStreamContract extends EventStreamContract {

    private static final AtomicInteger NAMES = new AtomicInteger();

    private final String name = "stream " + NAMES.incrementAndGet();
    private final MovableTime time = new MovableTime();

    protected abstract Redis redis();

    @Override
    protected EventStream open(EventCodec codec) {
        return RedisEventStream.builder(redis(), name, codec).ticker(time).build();
    }

    @Override
    protected EventStream reopen(EventStream stream, EventCodec codec) {
        stream.close();
        return open(codec);
    }

    @Override
    protected void advance(Duration by) {
        time.advance(by);
    }
}
