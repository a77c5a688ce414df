package dev.mneme.memory.redis.promise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.cache.Ack;
import dev.mneme.memory.cache.TieredCache;
import dev.mneme.servers.RedisServer;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two releases of a host during a rolling deploy. */
@Timeout(120)
class SchemasSideBySideTest {

    record AccessV1(String plan) {}

    record AccessV2(Plan plan, int messages) {}

    record Plan(String name, boolean paid) {}

    @Test
    void twoReleasesShareNothingButTheirInvalidations() {
        var oldLoads = new AtomicInteger();
        var newLoads = new AtomicInteger();
        try (RedisServer server = RedisServer.start();
                HostNode before = new HostNode(server.uri()).settled();
                HostNode after = new HostNode(server.uri()).settled()) {
            TieredCache<String, AccessV1> v1 = before.memory
                    .cache("access", String.class, AccessV1.class)
                    .shared()
                    .schema(1)
                    .loader(key -> new AccessV1("plan-" + oldLoads.incrementAndGet()))
                    .build();
            TieredCache<String, AccessV2> v2 = after.memory
                    .cache("access", String.class, AccessV2.class)
                    .shared()
                    .schema(2)
                    .loader(key -> new AccessV2(new Plan("plan-" + newLoads.incrementAndGet(), true), 1))
                    .build();

            for (int round = 0; round < 20; round++) {
                v1.get("key");
                v2.get("key");
            }
            assertThat(oldLoads).as("neither rewrites the other's").hasValue(1);
            assertThat(newLoads).hasValue(1);

            assertThat(v1.invalidate("key")).isEqualTo(Ack.DONE);
            HostNode.until(
                    "the newer release has heard",
                    () -> v2.get("key").plan().name().equals("plan-2"));
            assertThat(v1.get("key").plan()).isEqualTo("plan-2");
            assertThat(v2.invalidate("key")).isEqualTo(Ack.DONE);
            HostNode.until(
                    "the older release has heard", () -> v1.get("key").plan().equals("plan-3"));
            assertThat(v1.stats().unreadable()).isZero();
            assertThat(v2.stats().unreadable()).isZero();
        }
    }

    @Test
    void aValueThatThisReleaseCannotReadIsLoadedAnew() {
        try (RedisServer server = RedisServer.start();
                HostNode before = new HostNode(server.uri()).settled();
                HostNode after = new HostNode(server.uri()).settled()) {
            TieredCache<String, AccessV1> text = before.memory
                    .cache("access", String.class, AccessV1.class)
                    .shared()
                    .loader(key -> new AccessV1("plan"))
                    .build();
            TieredCache<String, AccessV2> tree = after.memory
                    .cache("access", String.class, AccessV2.class)
                    .shared()
                    .loader(key -> new AccessV2(new Plan("plan", false), 1))
                    .build();
            text.get("key");
            assertThat(tree.get("key").plan().name()).isEqualTo("plan");
            assertThat(tree.stats().unreadable()).isEqualTo(1);
            assertThat(tree.stats().failedLoads()).isZero();
        }
    }
}
