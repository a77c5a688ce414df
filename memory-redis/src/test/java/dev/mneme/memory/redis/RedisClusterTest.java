package dev.mneme.memory.redis;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.cache.Ack;
import dev.mneme.memory.cache.spi.FarKey;
import dev.mneme.memory.cache.spi.FarRead;
import dev.mneme.servers.RedisCluster;
import dev.mneme.servers.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The far level on a cluster keeps the contract. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RedisClusterTest extends RedisFixture {

    private static RedisCluster cluster;

    @BeforeAll
    static void startCluster() {
        cluster = RedisCluster.start();
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    @AfterEach
    void bringBack() {
        cluster.nodes().stream().filter(node -> !node.isUp()).forEach(RedisServer::resume);
        cluster.awaitReplicas(ofSeconds(180));
    }

    @Override
    protected Redis.Builder server() {
        return Redis.builder(cluster.uris().toArray(new String[0]))
                .patience(Duration.ofSeconds(5))
                .timeout(Duration.ofSeconds(2));
    }

    @Override
    protected RedisServer serverOf(String key) {
        return cluster.masterOf(key);
    }

    @Override
    protected void goAway() {
        cluster.nodes().forEach(RedisServer::pause);
    }

    @Override
    protected void comeBack() {
        cluster.nodes().forEach(RedisServer::resume);
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void aMasterThatFailsOverIsFollowed() throws Exception {
        List<FarKey> keys = IntStream.range(0, 20).mapToObj(i -> key("k" + i)).toList();
        for (FarKey key : keys) {
            fill(a, key, granted(a, key), "old");
        }
        RedisServer killed =
                cluster.killMasterOf(new Keys(namespace).version(keys.get(0).bucket()));
        Ack ack = await(a.invalidate(keys, false));
        cluster.awaitFailover(ofSeconds(180));
        until(() -> a.state().reachable() && a.state().queued() == 0);
        untilTrusted(nodeA, nodeB);
        for (FarKey key : keys) {
            until(() -> readOr(b, key) instanceof FarRead.Miss);
        }
        assertThat(ack).isNotNull();
        // what was sent again after the failover may be under way yet
        until(() -> invalidated(keys) == Ack.DONE);
        killed.restart();
    }

    private Ack invalidated(List<FarKey> keys) {
        return a.invalidate(keys, false).toCompletableFuture().join();
    }
}
