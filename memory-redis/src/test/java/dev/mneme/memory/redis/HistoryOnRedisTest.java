package dev.mneme.memory.redis;

import static java.time.Duration.ofSeconds;

import dev.mneme.servers.RedisServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The histories of a memory on one server keep the contract of histories. */
class HistoryOnRedisTest extends RedisHistoryContract {

    private static RedisServer server;
    private static Redis redis;

    @BeforeAll
    static void startServer() {
        server = RedisServer.start();
        redis = Redis.builder(server.uri()).patience(ofSeconds(5)).build();
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
}
