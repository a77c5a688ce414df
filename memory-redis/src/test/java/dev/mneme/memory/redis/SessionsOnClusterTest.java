package dev.mneme.memory.redis;

import static java.time.Duration.ofSeconds;

import dev.mneme.Ticker;
import dev.mneme.memory.coordination.SessionRegistryContract;
import dev.mneme.memory.coordination.spi.CoordinationStore;
import dev.mneme.servers.RedisCluster;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Sessions on a cluster keep the contract of registries. */
class SessionsOnClusterTest extends SessionRegistryContract {

    private static final AtomicInteger NAMESPACES = new AtomicInteger();

    private static RedisCluster server;
    private static Redis redis;

    private final CoordinationStore store = new RedisCoordination(
            redis, "kit-" + NAMESPACES.incrementAndGet(), new JacksonCodecs(JacksonCodecs.DEFLATE_ABOVE));

    @BeforeAll
    static void startServer() {
        server = RedisCluster.start();
        redis = Redis.builder(server.uris().toArray(new String[0]))
                .patience(ofSeconds(5))
                .build();
        RedisWaits.untilReachable(redis);
    }

    @AfterAll
    static void stopServer() {
        redis.close();
        server.close();
    }

    @Override
    protected CoordinationStore store() {
        return store;
    }

    @Override
    protected Ticker ticker() {
        return Ticker.system();
    }

    @Override
    protected void pass(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }
}
