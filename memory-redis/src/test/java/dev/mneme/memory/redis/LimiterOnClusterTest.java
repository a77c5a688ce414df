package dev.mneme.memory.redis;

import static java.time.Duration.ofSeconds;

import dev.mneme.resilience.limit.LimitRule;
import dev.mneme.resilience.limit.RateLimiter;
import dev.mneme.resilience.limit.RateLimiterContract;
import dev.mneme.servers.RedisCluster;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A limiter on a cluster keeps the contract of limiters, by a time that is moved in place of the server's. */
class LimiterOnClusterTest extends RateLimiterContract {

    private static final AtomicInteger NAMES = new AtomicInteger();

    private static RedisCluster server;
    private static Redis redis;

    private final AtomicLong micros = new AtomicLong(1_790_000_000_000_000L);

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
    protected RateLimiter limiter(LimitRule first, LimitRule... more) {
        RedisRateLimiter.Builder builder = RedisRateLimiter.builder(redis, first)
                .name("kit-" + NAMES.incrementAndGet())
                .within(ofSeconds(20))
                .micros(micros::get);
        for (LimitRule rule : more) {
            builder.rule(rule);
        }
        return builder.build();
    }

    @Override
    protected void advance(Duration by) {
        micros.addAndGet(by.toNanos() / 1_000);
    }

    @Override
    protected Duration resolution() {
        return Duration.ofNanos(1_000);
    }

    @Override
    protected int randomSteps() {
        return Boolean.getBoolean("mneme.long") ? 20_000 : 400;
    }
}
