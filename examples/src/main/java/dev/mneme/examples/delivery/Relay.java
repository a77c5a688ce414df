package dev.mneme.examples.delivery;

import dev.mneme.memory.redis.Redis;
import dev.mneme.memory.redis.stream.RedisEventStream;
import dev.mneme.outbox.OutboxRelay;
import dev.mneme.servers.PostgresServer;

/** A process that brings events from the database to Redis. */
final class Relay {

    private Relay() {}

    public static void main(String... arguments) throws Exception {
        try (Redis redis = Redis.connect(arguments[1]);
                RedisEventStream events = Host.events(redis);
                OutboxRelay relay = Host.outbox(PostgresServer.dataSource(arguments[0]))
                        .relayTo(events.sink())
                        .lease(Host.TAKEOVER)
                        .start()) {
            Host.serve();
        }
    }
}
