package dev.mneme.memory.redis.promise;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.redis.Redis;
import dev.mneme.memory.redis.RedisRateLimiter;
import dev.mneme.resilience.limit.Decision;
import dev.mneme.resilience.limit.LimitRule;
import dev.mneme.resilience.limit.RateLimiter;
import dev.mneme.servers.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One limit over three nodes. */
@Timeout(120)
class SharedLimitTest {

    private static final int CALLS = 100;

    private final RedisServer server = RedisServer.start();
    private final List<Redis> redises = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void close() {
        threads.shutdownNow();
        redises.forEach(Redis::close);
        server.close();
    }

    /** A limiter of a node whose clock goes ahead of this one's. */
    private RateLimiter node(Duration ahead) {
        Redis redis = Redis.builder(server.uri()).patience(ofSeconds(5)).build();
        redises.add(redis);
        HostNode.until("Redis is reachable", redis::isReachable);
        return RedisRateLimiter.builder(redis, LimitRule.perUser())
                .within(ofSeconds(20))
                .ticker(() -> System.nanoTime() + ahead.toNanos())
                .build();
    }

    private List<Decision> together(List<RateLimiter> nodes) throws Exception {
        var start = new CyclicBarrier(CALLS);
        List<Future<Decision>> calls = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            RateLimiter limiter = nodes.get(i % nodes.size());
            calls.add(threads.submit(() -> {
                start.await(60, TimeUnit.SECONDS);
                return limiter.tryAcquire("ann");
            }));
        }
        List<Decision> decisions = new ArrayList<>();
        for (Future<Decision> call : calls) {
            decisions.add(call.get(60, TimeUnit.SECONDS));
        }
        return decisions;
    }

    private static long allowed(List<Decision> decisions) {
        return decisions.stream().filter(Decision::allowed).count();
    }

    @Test
    void ofAHundredCallsOnThreeNodesThirtyAreAllowed() throws Exception {
        List<Decision> decisions = together(List.of(node(Duration.ZERO), node(Duration.ZERO), node(Duration.ZERO)));

        assertThat(allowed(decisions)).isEqualTo(30);
        assertThat(decisions).noneMatch(Decision::degraded);
        assertThat(decisions.stream().filter(Decision::allowed).map(Decision::remaining))
                .as("each of the thirty had a place of its own")
                .doesNotHaveDuplicates();
    }

    @Test
    void theClocksOfTheNodesPlayNoPart() throws Exception {
        List<Decision> decisions = together(List.of(node(ofMinutes(-5)), node(Duration.ZERO), node(ofMinutes(5))));

        assertThat(allowed(decisions)).isEqualTo(30);
    }

    @Test
    void withoutRedisEachNodeDecidesByItselfAndSaysSoUntilItIsBack() throws Exception {
        RateLimiter one = node(Duration.ZERO);
        RateLimiter other = node(Duration.ZERO);
        one.tryAcquire("bob");
        server.kill();

        HostNode.until(
                "the loss was noticed",
                () -> one.tryAcquire("x").degraded() && other.tryAcquire("x").degraded());
        List<Decision> decisions = together(List.of(one));
        assertThat(decisions).allMatch(Decision::degraded);
        assertThat(allowed(decisions)).isEqualTo(30);
        assertThat(other.tryAcquire("ann").allowed())
                .as("it knows nothing of the others'")
                .isTrue();
        assertThat(one.stats().degraded()).isGreaterThanOrEqualTo(CALLS);

        server.restart();
        HostNode.until("Redis decides again", () -> !one.tryAcquire("back").degraded());
        HostNode.until("for all", () -> !other.tryAcquire("back").degraded());
        assertThat(allowed(together(List.of(one, other)))).isEqualTo(30);
    }
}
