package dev.mneme.memory.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.mneme.memory.cache.spi.FarKey;
import io.lettuce.core.KeyValue;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/** Asks the servers for what a {@link Heartbeat} tells. */
final class Heartbeats {

    private static final int[] ALL = IntStream.range(0, FarKey.BUCKETS).toArray();

    private final Keys keys;

    Heartbeats(Keys keys) {
        this.keys = keys;
    }

    /**
     * Asks one server that holds all buckets. The versions are asked for last: when they come, all else has.
     *
     * @param sentNanos the ticker's reading before this call
     */
    CompletionStage<Heartbeat> ask(RedisAsyncCommands<String, byte[]> commands, long sentNanos) {
        var heartbeat = new Heartbeat(sentNanos);
        return ask(commands, ALL, heartbeat).thenApply(versions -> heartbeat);
    }

    /** Asks all masters of a cluster; fails if one does not answer. */
    CompletionStage<Heartbeat> ask(StatefulRedisClusterConnection<String, byte[]> cluster, long sentNanos) {
        var heartbeat = new Heartbeat(sentNanos);
        Map<String, List<Integer>> byMaster = new HashMap<>();
        for (int bucket : ALL) {
            RedisClusterNode master = cluster.getPartitions().getMasterBySlot(SlotHash.getSlot(keys.version(bucket)));
            if (master == null) {
                return CompletableFuture.failedFuture(new Trouble.Unusable("the Redis cluster is down in part"));
            }
            byMaster.computeIfAbsent(master.getNodeId(), first -> new ArrayList<>())
                    .add(bucket);
        }
        var asked = new ArrayList<CompletableFuture<?>>();
        byMaster.forEach((node, buckets) -> asked.add(cluster.getConnectionAsync(node)
                .thenCompose(connection -> askEach(
                        connection.async(), buckets.stream().mapToInt(i -> i).toArray(), heartbeat))));
        return CompletableFuture.allOf(asked.toArray(new CompletableFuture<?>[0]))
                .thenApply(all -> heartbeat);
    }

    private CompletionStage<?> ask(RedisAsyncCommands<String, byte[]> commands, int[] buckets, Heartbeat heartbeat) {
        askServer(commands, buckets, heartbeat);
        String[] names = IntStream.of(buckets).mapToObj(keys::version).toArray(String[]::new);
        return commands.mget(names).thenAccept(found -> {
            for (int i = 0; i < buckets.length; i++) {
                KeyValue<String, byte[]> version = found.get(i);
                if (version.hasValue()) {
                    heartbeat.versions[buckets[i]] = new String(version.getValue(), ISO_8859_1);
                }
            }
        });
    }

    /** Buckets are in different slots, which one MGET must not ask for. */
    private CompletionStage<?> askEach(
            RedisAsyncCommands<String, byte[]> commands, int[] buckets, Heartbeat heartbeat) {
        askServer(commands, buckets, heartbeat);
        var asked = new ArrayList<CompletableFuture<?>>();
        for (int bucket : buckets) {
            asked.add(commands.get(keys.version(bucket))
                    .thenAccept(version ->
                            heartbeat.versions[bucket] = version == null ? null : new String(version, ISO_8859_1))
                    .toCompletableFuture());
        }
        return CompletableFuture.allOf(asked.toArray(new CompletableFuture<?>[0]));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a server may keep its time and name to itself
    private static void askServer(
            RedisClusterAsyncCommands<String, byte[]> commands, int[] buckets, Heartbeat heartbeat) {
        CompletionStage<List<byte[]>> time = commands.time();
        CompletionStage<String> info = commands.info("server");
        time.thenCombine(info, (told, server) -> {
            heartbeat.server(buckets, millis(told), ServerInfo.of(server).runId());
            return heartbeat;
        });
    }

    /** From the answer to TIME. */
    static long millis(List<byte[]> told) {
        return Long.parseLong(new String(told.get(0), ISO_8859_1)) * 1_000
                + Long.parseLong(new String(told.get(1), ISO_8859_1)) / 1_000;
    }
}
