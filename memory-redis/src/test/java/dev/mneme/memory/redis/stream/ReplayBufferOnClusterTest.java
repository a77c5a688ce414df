package dev.mneme.memory.redis.stream;

import static java.time.Duration.ofSeconds;

import dev.mneme.events.stream.Await;
import dev.mneme.memory.redis.Redis;
import dev.mneme.servers.RedisCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Replay buffers on a cluster keep the contract. */
class ReplayBufferOnClusterTest extends RedisReplayContract {

    private static RedisCluster cluster;
    private static Redis redis;

    @BeforeAll
    static void startCluster() {
        cluster = RedisCluster.start();
        redis = Redis.builder(cluster.uris().toArray(new String[0]))
                .timeout(ofSeconds(30))
                .build();
        Await.until("Redis is there", redis::isReachable);
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

    @Override
    protected void lose(String key) {
        cluster.masterOf(key).command("FLUSHALL");
    }
}
