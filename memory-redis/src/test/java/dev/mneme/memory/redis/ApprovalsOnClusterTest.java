package dev.mneme.memory.redis;

import static java.time.Duration.ofSeconds;

import dev.mneme.memory.coordination.ApprovalLimits;
import dev.mneme.memory.coordination.ApprovalStore;
import dev.mneme.memory.coordination.ApprovalStoreContract;
import dev.mneme.servers.RedisCluster;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Approvals on a cluster keep the contract of their store. */
class ApprovalsOnClusterTest extends ApprovalStoreContract {

    private static final AtomicInteger NAMESPACES = new AtomicInteger();

    private static RedisCluster server;
    private static Redis redis;

    private final String namespace = "kit-" + NAMESPACES.incrementAndGet();

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
    protected ApprovalStore store(ApprovalLimits limits) {
        return new RedisApprovalStore(redis, namespace, limits);
    }

    @Override
    protected void pass(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }

    @Override
    protected int races() {
        return Boolean.getBoolean("mneme.long") ? 100_000 : 200;
    }
}
