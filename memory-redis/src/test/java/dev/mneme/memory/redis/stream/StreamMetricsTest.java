package dev.mneme.memory.redis.stream;

import static dev.mneme.events.stream.KitEvents.counted;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.HealthCheck;
import dev.mneme.events.stream.Await;
import dev.mneme.events.stream.KitEvents;
import dev.mneme.events.stream.KitEvents.Counted;
import dev.mneme.memory.redis.Redis;
import dev.mneme.servers.RedisServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What operators see of a stream. */
@Timeout(120)
class StreamMetricsTest {

    @Test
    void metersAndHealthTellWhereTheGroupsAre() throws Exception {
        try (RedisServer server = RedisServer.start();
                Redis redis = Redis.builder(server.uri()).timeout(ofSeconds(30)).build();
                RedisEventStream stream = RedisEventStream.builder(redis, "events", KitEvents.CODEC)
                        .onBacklog(ofMillis(1), backlog -> {
                            throw new IllegalStateException("a listener's own trouble");
                        })
                        .build()) {
            Await.until("Redis is there", redis::isReachable);
            var registry = new SimpleMeterRegistry();
            new StreamMetrics(stream, "g", "stopped", "never").bindTo(registry);
            stream.group("stopped").subscribe(Counted.class, event -> {}).close();
            stream.group("g").maxDeliveries(1).subscribe(Counted.class, event -> {
                if (event.data().number() == 2) {
                    throw new IOException("no");
                }
            });
            for (int i = 0; i < 5; i++) {
                stream.publish(counted(i));
            }
            Await.until("they are done", () -> value(registry, "mneme.stream.dead", "g") == 1);
            Await.until("and acknowledged", () -> value(registry, "mneme.stream.pending", "g") == 0);
            assertThat(registry.get("mneme.stream.length").gauge().value()).isEqualTo(5);
            assertThat(count(registry, "mneme.stream.handled", "g")).isEqualTo(4);
            assertThat(count(registry, "mneme.stream.failures", "g")).isEqualTo(1);
            assertThat(count(registry, "mneme.stream.died", "g")).isEqualTo(1);
            assertThat(count(registry, "mneme.stream.lost", "g")).isZero();
            assertThat(count(registry, "mneme.stream.handled", "never")).isZero();
            assertThat(value(registry, "mneme.stream.pending", "never")).isNaN();
            Await.until("it is behind", () -> value(registry, "mneme.stream.oldest", "stopped") > 0);
            Await.until("and that is told", () -> status(stream) == HealthCheck.Status.DEGRADED);
            assertThat(stream.monitor().table()).contains("stopped", "stream events: 5 events");
        }
    }

    private static HealthCheck.Status status(RedisEventStream stream) {
        try {
            return stream.health().check().status();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static double value(SimpleMeterRegistry registry, String name, String group) {
        return registry.get(name).tag("group", group).gauge().value();
    }

    private static double count(SimpleMeterRegistry registry, String name, String group) {
        return registry.get(name).tag("group", group).functionCounter().count();
    }
}
