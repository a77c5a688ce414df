package dev.mneme.memory.redis;

import dev.mneme.servers.RedisServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** The far level on one server keeps the contract. */
class RedisFarLevelTest extends RedisFixture {

    private static RedisServer server;

    @BeforeAll
    static void startServer() {
        server = RedisServer.builder().appendOnly().start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @AfterEach
    void bringBack() {
        if (!server.isUp()) {
            server.restart();
        }
    }

    @Override
    protected Redis.Builder server() {
        // a busy machine that runs tests may take its time
        return Redis.builder(server.uri()).patience(Duration.ofSeconds(5));
    }

    @Override
    protected RedisServer serverOf(String key) {
        return server;
    }

    @Override
    protected void goAway() {
        server.kill();
        until(() -> redises.stream().noneMatch(Redis::isReachable));
    }

    @Override
    protected void comeBack() {
        server.restart();
    }
}
