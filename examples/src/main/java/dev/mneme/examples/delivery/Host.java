package dev.mneme.examples.delivery;

import dev.mneme.events.EventCodec;
import dev.mneme.events.EventRegistry;
import dev.mneme.memory.redis.Redis;
import dev.mneme.memory.redis.stream.RedisEventStream;
import dev.mneme.outbox.Outbox;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.sql.DataSource;

/** What all processes of the host have in common. */
final class Host {

    static final String GROUP = "indexer";

    /** Short, so that the story is: what a killed process held goes to others after this. */
    static final Duration TAKEOVER = Duration.ofSeconds(1);

    private static final EventCodec CODEC = EventCodec.of(EventRegistry.of(NoteTaken.class));

    private Host() {}

    static Outbox outbox(DataSource database) {
        return Outbox.builder(database, CODEC)
                .topic("note.*", topic -> topic.orderedByKey())
                .build();
    }

    static RedisEventStream events(Redis redis) {
        return RedisEventStream.builder(redis, "notes", CODEC)
                .reclaimAfter(TAKEOVER)
                .build();
    }

    /** Says that this process has begun, and waits until it is told to end, or whoever started it is gone. */
    static void serve() throws IOException {
        System.out.println("ready");
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
    }
}
