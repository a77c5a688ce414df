package dev.mneme.memory.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.mneme.KeyPath;
import dev.mneme.memory.MemoryStats;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What a server holds of a namespace: looks through its keys by SCAN, a thousand places at a time and a million at most,
 * and asks each master for its INFO. For an operator, never on a hot path.
 */
final class ServerUsage {

    private static final int SCANNED_TOGETHER = 1_000;
    private static final int MAX_SCANS = 1_000;

    private final Redis redis;
    private final String prefix;

    ServerUsage(Redis redis, String namespace) {
        this.redis = redis;
        this.prefix = "mneme:{" + KeyPath.encode(namespace) + ':';
    }

    /** The stats with what the server holds, as far as it answers. */
    MemoryStats addTo(MemoryStats stats) {
        MemoryStats unknown = stats.withServer(Map.of(), false, OptionalLong.empty(), OptionalLong.empty());
        StatefulConnection<String, byte[]> connection = redis.connection();
        if (connection == null || !redis.gate().isOpen()) {
            return unknown;
        }
        try {
            long used = 0;
            long clients = 0;
            for (RedisClusterAsyncCommands<String, byte[]> master : masters(connection)) {
                used += number(answer(master.info("memory")), "used_memory:");
                clients += number(answer(master.info("clients")), "connected_clients:");
            }
            var keys = new TreeMap<String, Long>();
            boolean counted = count(RedisServers.commands(connection), keys);
            return stats.withServer(keys, counted, OptionalLong.of(used), OptionalLong.of(clients));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return unknown;
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            return unknown;
        }
    }

    private List<RedisClusterAsyncCommands<String, byte[]>> masters(StatefulConnection<String, byte[]> connection)
            throws InterruptedException, ExecutionException, TimeoutException {
        var masters = new ArrayList<RedisClusterAsyncCommands<String, byte[]>>();
        if (connection instanceof StatefulRedisClusterConnection<String, byte[]> cluster) {
            for (RedisClusterNode node : cluster.getPartitions()) {
                if (node.is(RedisClusterNode.NodeFlag.UPSTREAM)) {
                    masters.add(
                            answer(cluster.getConnectionAsync(node.getNodeId())).async());
                }
            }
        } else {
            masters.add(RedisServers.commands(connection));
        }
        return masters;
    }

    private boolean count(RedisClusterAsyncCommands<String, byte[]> commands, Map<String, Long> keys)
            throws InterruptedException, ExecutionException, TimeoutException {
        ScanArgs args = ScanArgs.Builder.limit(SCANNED_TOGETHER).match((prefix + '*').getBytes(US_ASCII));
        KeyScanCursor<String> cursor = null;
        for (int scans = 0; scans < MAX_SCANS; scans++) {
            // the cursor itself: in a cluster it knows which master it has come to
            cursor = answer(cursor == null ? commands.scan(args) : commands.scan(cursor, args));
            for (String key : cursor.getKeys()) {
                String kind = kind(key);
                if (kind != null) {
                    keys.merge(kind, 1L, Long::sum);
                }
            }
            if (cursor.isFinished()) {
                return true;
            }
        }
        return false;
    }

    /** The word after the namespace. */
    private @Nullable String kind(String key) {
        int end = prefix.length();
        while (end < key.length() && Character.isLetter(key.charAt(end))) {
            end++;
        }
        return end == prefix.length() ? null : key.substring(prefix.length(), end);
    }

    private static long number(String info, String name) {
        return info.lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.substring(name.length()).strip()))
                .findFirst()
                .orElse(0);
    }

    private <T> T answer(CompletionStage<T> asked) throws InterruptedException, ExecutionException, TimeoutException {
        return asked.toCompletableFuture().get(redis.timeout().toMillis() + 1_000, TimeUnit.MILLISECONDS);
    }
}
