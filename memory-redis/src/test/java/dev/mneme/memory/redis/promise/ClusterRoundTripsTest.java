package dev.mneme.memory.redis.promise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.cache.TieredCache;
import dev.mneme.memory.cache.spi.FarKey;
import dev.mneme.servers.RedisCluster;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What reading many keys costs the servers of a cluster, by their own counting. */
@Timeout(120)
class ClusterRoundTripsTest {

    private static final String CACHE = "texts";
    private static final List<String> KEYS =
            IntStream.range(0, 100).mapToObj(i -> "key-" + i).toList();
    private static final long BUCKETS =
            KEYS.stream().map(key -> FarKey.bucket(CACHE, key)).distinct().count();

    private final AtomicInteger bulks = new AtomicInteger();

    @Test
    void manyKeysAreOneReadForEachBucketAndOneLoad() {
        try (RedisCluster cluster = RedisCluster.start();
                HostNode a = node(cluster);
                HostNode b = node(cluster)) {
            TieredCache<String, String> onA = cache(a);
            TieredCache<String, String> onB = cache(b);
            List<WatchedCommands> servers =
                    cluster.nodes().stream().map(WatchedCommands::new).toList();

            assertThat(onA.getAll(KEYS).orThrow()).hasSize(100);
            servers.forEach(WatchedCommands::catchUp);
            assertOneReadForEachBucket(servers);
            assertThat(bulks).as("cold: one load of all").hasValue(1);

            HostNode.until(
                    "the fills have arrived",
                    () -> KEYS.stream().allMatch(key -> onB.find(key).isPresent()));
            onB.bypass(true);
            onB.bypass(false); // nothing is near any more
            servers.forEach(WatchedCommands::catchUp);
            servers.forEach(WatchedCommands::forget);
            assertThat(onB.getAll(KEYS).orThrow()).hasSize(100).containsEntry("key-99", "of key-99");
            servers.forEach(WatchedCommands::catchUp);
            assertOneReadForEachBucket(servers);
            assertThat(servers.stream().mapToLong(WatchedCommands::scripts).sum())
                    .as("no lease where nothing is missing")
                    .isZero();
            assertThat(bulks).as("far: no load").hasValue(1);
            servers.forEach(WatchedCommands::close);
        }
    }

    private static void assertOneReadForEachBucket(List<WatchedCommands> servers) {
        var reads = new HashMap<String, Long>();
        for (WatchedCommands server : servers) {
            server.readsByHashTag().forEach((tag, count) -> reads.merge(tag, count, Long::sum));
        }
        assertThat(BUCKETS).as("the keys are spread").isGreaterThan(20);
        assertThat(reads.values()).containsOnly(1L);
        assertThat((long) reads.size()).isEqualTo(BUCKETS);
    }

    private static HostNode node(RedisCluster cluster) {
        return new HostNode(cluster.uris().toArray(String[]::new)).settled();
    }

    private TieredCache<String, String> cache(HostNode node) {
        return node.texts(CACHE)
                .bulkLoader(keys -> {
                    bulks.incrementAndGet();
                    return keys.stream().collect(Collectors.toMap(key -> key, key -> "of " + key));
                })
                .loader(key -> "of " + key)
                .build();
    }
}
