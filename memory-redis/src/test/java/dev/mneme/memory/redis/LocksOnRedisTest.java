package dev.mneme.memory.redis;

import static java.time.Duration.ofSeconds;

import dev.mneme.Ticker;
import dev.mneme.memory.coordination.LocksContract;
import dev.mneme.memory.coordination.spi.CoordinationStore;
import dev.mneme.servers.RedisServer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Locks on one server keep the contract of locks. */
class LocksOnRedisTest extends LocksContract {

    private static final AtomicInteger NAMESPACES = new AtomicInteger();

    private static RedisServer server;
    private static Redis redis;

    private final CoordinationStore store = new RedisCoordination(
            redis, "kit-" + NAMESPACES.incrementAndGet(), new JacksonCodecs(JacksonCodecs.DEFLATE_ABOVE));

    @BeforeAll
    static void startServer() {
        server = RedisServer.start();
        redis = Redis.builder(server.uri()).patience(ofSeconds(5)).build();
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
