package dev.mneme.benchmarks.outbox;

import static java.util.Objects.requireNonNull;

import dev.mneme.benchmarks.outbox.Events.Stored;
import dev.mneme.events.Envelope;
import dev.mneme.events.stream.Delivery;
import dev.mneme.events.stream.EventBatch;
import dev.mneme.events.stream.EventSink;
import dev.mneme.events.stream.Fence;
import dev.mneme.events.stream.Resumption;
import dev.mneme.memory.redis.Redis;
import dev.mneme.memory.redis.stream.RedisEventStream;
import dev.mneme.outbox.Outbox;
import dev.mneme.outbox.OutboxRelay;
import dev.mneme.outbox.OutboxSchema;
import dev.mneme.outbox.Publication;
import dev.mneme.outbox.TopicSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** {@code mneme-outbox} with one relay, as it is by default. */
final class MnemeOutbox implements Contender {

    private static final int CAPACITY = 2_000_000;

    private final Servers servers;
    private final Deliveries deliveries;
    private final Redis redis;
    private final RedisEventStream events;
    private final Outbox outbox;
    private final Map<UUID, Integer> numbers = new ConcurrentHashMap<>();
    private @Nullable OutboxRelay relay;

    private MnemeOutbox(Servers servers, Deliveries deliveries, boolean ordered) {
        this.servers = servers;
        this.deliveries = deliveries;
        OutboxSchema.of(servers.database()).create();
        Outbox.Builder builder = Outbox.builder(servers.database(), Events.CODEC);
        this.outbox = (ordered ? builder.topic("*", TopicSettings::orderedByKey) : builder).build();
        this.redis = Redis.connect(servers.redisUri());
        while (!redis.isReachable()) {
            LockSupport.parkNanos(1_000_000);
        }
        this.events = RedisEventStream.builder(redis, "bench", Events.CODEC)
                .capacity(CAPACITY)
                .build();
    }

    static Contender unordered(Servers servers, Deliveries deliveries) {
        return new MnemeOutbox(servers, deliveries, false);
    }

    static Contender ordered(Servers servers, Deliveries deliveries) {
        return new MnemeOutbox(servers, deliveries, true);
    }

    @Override
    public void store(int first, int count) throws SQLException {
        try (Connection connection = servers.database().getConnection()) {
            connection.setAutoCommit(false);
            for (int i = 0; i < count; i++) {
                insert(connection, first + i);
                if (i % 1_000 == 999) {
                    connection.commit();
                }
            }
            connection.commit();
        }
    }

    @Override
    public long publish(int number) throws SQLException {
        Publication publication;
        long committed;
        try (Connection connection = servers.database().getConnection()) {
            connection.setAutoCommit(false);
            publication = insert(connection, number);
            connection.commit();
            committed = System.nanoTime();
            publication.committed();
        }
        return committed;
    }

    private Publication insert(Connection connection, int number) {
        Envelope<Stored> event = Events.event(number);
        numbers.put(event.id(), number);
        return outbox.publish(connection, event);
    }

    @Override
    public void start() {
        relay = outbox.relayTo(new TimedSink(events.sink())).start();
    }

    @Override
    public void close() {
        if (relay != null) {
            relay.close();
        }
        events.close();
        redis.close();
    }

    /** Notes what the sink says it has. */
    private final class TimedSink implements EventSink {

        private final EventSink sink;

        TimedSink(EventSink sink) {
            this.sink = sink;
        }

        @Override
        public Delivery deliver(EventBatch batch) {
            Delivery answer = sink.deliver(batch);
            answer.handle(
                    answered -> answered.results().stream()
                            .filter(result -> result.outcome() == Delivery.Outcome.DELIVERED)
                            .forEach(result -> deliveries.arrived(requireNonNull(numbers.get(result.id())))),
                    stale -> {});
            return answer;
        }

        @Override
        public Resumption resume(String source, int lane, Fence fence) {
            return sink.resume(source, lane, fence);
        }
    }
}
