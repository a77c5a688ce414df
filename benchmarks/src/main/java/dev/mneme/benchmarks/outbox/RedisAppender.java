package dev.mneme.benchmarks.outbox;

import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Appends the fields of events to a stream by plain XADD, as the peers do. */
final class RedisAppender implements AutoCloseable {

    private static final String STREAM = "bench";

    /** What is appended of an event. */
    record Entry(String id, String key, String data) {}

    private final RedisClient client;
    private final StatefulRedisConnection<String, String> connection;

    RedisAppender(String uri) {
        client = RedisClient.create(uri);
        connection = client.connect(StringCodec.UTF8);
    }

    void append(Entry entry) {
        connection.sync().xadd(STREAM, fields(entry));
    }

    /** All of them in one go; returns when all are answered. */
    void append(List<Entry> entries) {
        List<RedisFuture<String>> answers = new ArrayList<>();
        for (Entry entry : entries) {
            answers.add(connection.async().xadd(STREAM, fields(entry)));
        }
        if (!LettuceFutures.awaitAll(Duration.ofMinutes(1), answers.toArray(new RedisFuture<?>[0]))) {
            throw new IllegalStateException("Redis did not answer");
        }
    }

    private static Object[] fields(Entry entry) {
        return new Object[] {
            "id", entry.id, "type", "bench.stored", "tenant", "tenant", "key", entry.key, "data", entry.data
        };
    }

    @Override
    public void close() {
        connection.close();
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
}
