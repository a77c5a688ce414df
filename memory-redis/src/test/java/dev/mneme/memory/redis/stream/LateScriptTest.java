package dev.mneme.memory.redis.stream;

import static dev.mneme.events.stream.KitEvents.encoded;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.events.Priority;
import dev.mneme.events.stream.Await;
import dev.mneme.events.stream.Delivery;
import dev.mneme.events.stream.EncodedEvent;
import dev.mneme.events.stream.EventBatch;
import dev.mneme.events.stream.Fence;
import dev.mneme.events.stream.KitEvents;
import dev.mneme.events.stream.Resumption;
import dev.mneme.events.stream.StreamUnreachableException;
import dev.mneme.memory.redis.Redis;
import dev.mneme.servers.RedisServer;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A script that was sent arrives when nobody waits for it any more. */
@Timeout(120)
class LateScriptTest {

    @Test
    void aBatchThatArrivesAfterItsOwnerAskedIsRefusedByTheFenceInTheSameEpoch() throws Exception {
        try (RedisServer server = RedisServer.start();
                LateBytes network = new LateBytes(server.port()).start();
                Redis cutOff =
                        Redis.builder(network.uri()).timeout(ofMillis(500)).build();
                Redis direct =
                        Redis.builder(server.uri()).timeout(ofSeconds(30)).build()) {
            Await.until("both are there", () -> cutOff.isReachable() && direct.isReachable());
            try (RedisEventStream sending = RedisEventStream.on(cutOff, "late", KitEvents.CODEC);
                    RedisEventStream asking = RedisEventStream.on(direct, "late", KitEvents.CODEC)) {
                List<EncodedEvent> before = List.of(encoded(1, "a"));
                List<EncodedEvent> batch = List.of(encoded(2, "a"), encoded(3, "a"));
                sending.sink().deliver(new EventBatch("outbox", 0, new Fence(1, 1), before));
                long scriptsBefore = scripts(server);

                network.keep();
                assertThatThrownBy(() -> sending.sink().deliver(new EventBatch("outbox", 0, new Fence(1, 2), batch)))
                        .isInstanceOf(StreamUnreachableException.class);
                assertThat(network.kept()).as("bytes on their way").isPositive();
                assertThat(asking.sink().resume("outbox", 0, new Fence(1, 3)))
                        .isEqualTo(new Resumption.Left(Set.of(before.get(0).id())));

                network.release();
                Await.until("the late script has run beside the question", () -> scripts(server) >= scriptsBefore + 2);
                assertThat(Entries.of(direct, "late", Priority.NORMAL))
                        .containsExactly(before.get(0).id());
                assertThat(asking.sink().deliver(new EventBatch("outbox", 0, new Fence(1, 2), batch)))
                        .isEqualTo(new Delivery.Stale(new Fence(1, 3)));
            }
        }
    }

    /** How many calls carried this test's scripts. Background work of the streams runs others. */
    private static long scripts(RedisServer server) {
        String calls = server.info("commandstats").getOrDefault("cmdstat_hget", "calls=0,");
        return Long.parseLong(calls.substring(calls.indexOf('=') + 1, calls.indexOf(',')));
    }
}
