package dev.mneme.outbox;

import dev.mneme.events.stream.KitEvents;
import dev.mneme.memory.redis.Redis;
import dev.mneme.memory.redis.stream.RedisEventStream;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import javax.sql.DataSource;

/** A process with one relay from PostgreSQL to Redis: says when it has lanes, and ends with the line it is given. */
final class RelayProcess {

    private RelayProcess() {}

    public static void main(String... arguments) throws Exception {
        DataSource database = OutboxFixture.pool(arguments[0]);
        Outbox outbox = OutboxFixture.outbox(database).build();
        try (Redis redis = Redis.connect(arguments[1]);
                RedisEventStream events = RedisEventStream.on(redis, "events", KitEvents.CODEC);
                OutboxRelay relay =
                        OutboxFixture.relay(outbox, events.sink()).maxBatch(20).start()) {
            while (relay.numbers().lanes() == 0) {
                Thread.sleep(5);
            }
            System.out.println("relaying");
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
            System.out.println("stale " + relay.numbers().stale() + " lost "
                    + relay.numbers().lost());
        }
    }
}
