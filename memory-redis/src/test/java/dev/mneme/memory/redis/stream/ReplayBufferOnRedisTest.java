package dev.mneme.memory.redis.stream;

import static java.time.Duration.ofSeconds;

import dev.mneme.events.stream.Await;
import dev.mneme.memory.redis.Redis;
import dev.mneme.servers.RedisServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Replay buffers on one server keep the contract. */
class ReplayBufferOnRedisTest extends RedisReplayContract {

    private static RedisServer server;
    private static Redis redis;

    @BeforeAll
    static void startServer() {
        server = RedisServer.start();
        redis = Redis.builder(server.uri()).timeout(ofSeconds(30)).build();
        Await.until("Redis is there", redis::isReachable);
    }

    @AfterAll
    static void stopServer() {
        redis.close();
        server.close();
    }

    @Override
    protected Redis redis() {
        return redis;
    }

    @Override
    protected void lose(String key) {
        server.command("FLUSHALL");
    }
}
