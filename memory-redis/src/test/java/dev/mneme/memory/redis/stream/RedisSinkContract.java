package dev.mneme.memory.redis.stream;

import dev.mneme.events.Priority;
import dev.mneme.events.stream.Await;
import dev.mneme.events.stream.EncodedEvent;
import dev.mneme.events.stream.EventSink;
import dev.mneme.events.stream.EventSinkContract;
import dev.mneme.events.stream.KitEvents;
import dev.mneme.memory.redis.Redis;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The contract of sinks for streams on a Redis, which the tests of a class share. */
abstract class RedisSinkContract extends EventSinkContract {

    private static final int MAX_EVENT_BYTES = 10_000;
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final String name = "sink-" + NAMES.incrementAndGet();
    private RedisEventStream stream;

    protected abstract Redis redis();

    @BeforeEach
    void open() {
        stream = RedisEventStream.builder(redis(), name, KitEvents.CODEC)
                .maxEventBytes(MAX_EVENT_BYTES)
                .build();
    }

    @AfterEach
    void close() {
        stream.close();
    }

    @Override
    protected EventSink sink() {
        return stream.sink();
    }

    @Override
    protected List<UUID> stored(int atLeast) {
        List<UUID> stored = new ArrayList<>();
        Await.until(atLeast + " events", () -> {
            stored.clear();
            stored.addAll(Entries.of(redis(), name, Priority.NORMAL));
            return stored.size() >= atLeast;
        });
        return stored;
    }

    @Override
    protected EncodedEvent rejected(String key) {
        return EncodedEvent.of(
                UUID.randomUUID(),
                "kit.counted",
                KitEvents.TENANT,
                key,
                Priority.NORMAL,
                new byte[MAX_EVENT_BYTES + 1]);
    }
}
