package dev.mneme.memory.redis;

import static java.time.Duration.ofSeconds;

import dev.mneme.servers.RedisCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The histories of a memory on a cluster keep the contract of histories. */
class HistoryOnClusterTest extends RedisHistoryContract {

    private static RedisCluster cluster;
    private static Redis redis;

    @BeforeAll
    static void startCluster() {
        cluster = RedisCluster.start();
        redis = Redis.builder(cluster.uris().toArray(new String[0]))
                .patience(ofSeconds(5))
                .build();
    }

    @AfterAll
    static void stopCluster() {
        redis.close();
        cluster.close();
    }

    @Override
    protected Redis redis() {
        return redis;
    }
}
