package dev.mneme.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A Redis Cluster of three masters, which share the slots evenly, with a replica each.
 *
 * <p>A node is called down after two seconds without an answer; its replica then takes its slots within about as long
 * again. Until then the whole cluster refuses commands, which is what Redis does by default. Replication is
 * asynchronous, so a failover may lose the last acknowledged writes. Safe for use by many threads.
 */
public final class RedisCluster implements AutoCloseable {

    private static final int SLOTS = 16_384;
    private static final int MASTERS = 3;
    private static final int BUS_OFFSET = 10_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<RedisServer> nodes = new ArrayList<>();

    private RedisCluster() {}

    /**
     * Starts six servers, and waits until each says that the cluster is well and every replica is in step.
     *
     * @throws ServerException if there is no Redis for this platform, or the cluster does not come up in time
     */
    public static RedisCluster start() {
        RedisCluster cluster = new RedisCluster();
        try {
            cluster.launch();
            return cluster;
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /** All six servers, those that are down too; at the start, three masters and then their replicas. */
    public List<RedisServer> nodes() {
        return List.copyOf(nodes);
    }

    /** The URIs of all six, any of which will do for a client. */
    public List<String> uris() {
        return nodes.stream().map(RedisServer::uri).toList();
    }

    /** The slot that the cluster has for a key, braces considered. */
    public int slotOf(String key) {
        Object slot = anyNode().command("CLUSTER", "KEYSLOT", key);
        if (slot instanceof Long number) {
            return number.intValue();
        }
        throw new ServerException("CLUSTER KEYSLOT gave no number");
    }

    /** The master of a key. */
    public RedisServer masterOf(String key) {
        return masterOf(slotOf(key));
    }

    /**
     * The master of a slot, as a node that is up knows it now; {@link #awaitFailover} first if one was killed.
     *
     * @param slot from 0 to 16383
     */
    public RedisServer masterOf(int slot) {
        if (slot < 0 || slot >= SLOTS) {
            throw new IllegalArgumentException("slot must be from 0 to 16383, was " + slot);
        }
        Range range = rangeOf(slot, anyNode());
        return nodeOn(range.masterPort);
    }

    /** The servers that replicate the master of a key, as a node that is up knows them now. */
    public List<RedisServer> replicasOf(String key) {
        Range range = rangeOf(slotOf(key), anyNode());
        return range.replicaPorts.stream().map(this::nodeOn).toList();
    }

    /**
     * Kills the master of a key; one that is restarted later becomes a replica.
     *
     * @return the server killed
     */
    public RedisServer killMasterOf(String key) {
        RedisServer killed = masterOf(key);
        killed.kill();
        return killed;
    }

    /**
     * Waits until all nodes that are up say that the cluster is well and name the same masters, all of which are up.
     *
     * @throws ServerException if that does not happen in time
     */
    public void awaitFailover(Duration timeout) {
        if (!Waiting.until(timeout, this::isWell)) {
            throw new ServerException("no failover within " + timeout);
        }
    }

    /**
     * Waits until {@link #awaitFailover} would return and every node that is up and no master is in step with one.
     *
     * @throws ServerException if that does not happen in time
     */
    public void awaitReplicas(Duration timeout) {
        if (!Waiting.until(timeout, () -> isWell() && areReplicasInStep())) {
            throw new ServerException("the cluster and its replicas are not well within " + timeout);
        }
    }

    @Override
    public void close() {
        nodes.forEach(RedisServer::close);
    }

    /** Writes what nodes of a settled cluster remember, so that they need not meet and agree first. */
    private void launch() {
        RedisServer.Builder builder = RedisServer.builder()
                .setting("hz 100")
                .setting("cluster-enabled yes")
                .setting("cluster-config-file nodes.conf")
                .setting("cluster-node-timeout 2000")
                .setting("cluster-replica-validity-factor 0");
        for (int i = 0; i < 2 * MASTERS; i++) {
            nodes.add(builder.create(FreePorts.next()));
        }
        for (int i = 0; i < nodes.size(); i++) {
            RedisProcess process = nodes.get(i).process();
            try {
                Files.writeString(process.dir().resolve("nodes.conf"), memoryOf(i));
            } catch (IOException e) {
                throw new ServerException("cannot write what a node remembers", e);
            }
            process.launch();
        }
        nodes.forEach(node -> node.process().awaitAnswer());
        awaitReplicas(PATIENCE);
    }

    private String memoryOf(int self) {
        StringBuilder memory = new StringBuilder();
        for (int i = 0; i < nodes.size(); i++) {
            int port = nodes.get(i).port();
            int shard = i % MASTERS;
            boolean replica = i >= MASTERS;
            memory.append(id(i)).append(" 127.0.0.1:").append(port).append('@').append(port + BUS_OFFSET);
            memory.append(i == self ? " myself," : " ").append(replica ? "slave " + id(shard) : "master -");
            memory.append(" 0 0 ").append(shard + 1).append(" connected");
            if (!replica) {
                int first = SLOTS * shard / MASTERS;
                int last = SLOTS * (shard + 1) / MASTERS - 1;
                memory.append(' ').append(first).append('-').append(last);
            }
            memory.append('\n');
        }
        return memory.append("vars currentEpoch ")
                .append(MASTERS)
                .append(" lastVoteEpoch 0\n")
                .toString();
    }

    private boolean isWell() {
        Set<Map<Integer, Integer>> views = new HashSet<>();
        for (RedisServer node : nodes) {
            if (node.isUp()) {
                if (!String.valueOf(node.command("CLUSTER", "INFO")).contains("cluster_state:ok")) {
                    return false;
                }
                views.add(mastersSeenBy(node));
            }
        }
        return views.size() == 1
                && views.iterator().next().values().stream()
                        .allMatch(port -> nodeOn(port).isUp());
    }

    private boolean areReplicasInStep() {
        for (RedisServer node : nodes) {
            if (!node.isUp()) {
                continue;
            }
            Map<String, String> replication = node.info("replication");
            boolean isMaster = "master".equals(replication.get("role"));
            if (!isMaster && !"up".equals(replication.get("master_link_status"))) {
                return false;
            }
            if (isMaster && !mastersSeenBy(node).containsValue(node.port())) {
                return false;
            }
        }
        return true;
    }

    private static Map<Integer, Integer> mastersSeenBy(RedisServer node) {
        Map<Integer, Integer> masters = new TreeMap<>();
        ranges(node).forEach(range -> masters.put(range.first, range.masterPort));
        return masters;
    }

    private RedisServer anyNode() {
        return nodes.stream()
                .filter(RedisServer::isUp)
                .findFirst()
                .orElseThrow(() -> new ServerException("no node of the cluster is up"));
    }

    private RedisServer nodeOn(int port) {
        return nodes.stream()
                .filter(node -> node.port() == port)
                .findFirst()
                .orElseThrow(() -> new ServerException("the cluster names a node on port " + port));
    }

    private static Range rangeOf(int slot, RedisServer node) {
        return ranges(node).stream()
                .filter(range -> range.first <= slot && slot <= range.last)
                .findFirst()
                .orElseThrow(() -> new ServerException("nobody has slot " + slot));
    }

    private static List<Range> ranges(RedisServer node) {
        List<Range> ranges = new ArrayList<>();
        for (Object range : list(node.command("CLUSTER", "SLOTS"))) {
            List<?> fields = list(range);
            List<Integer> ports =
                    fields.stream().skip(2).map(RedisCluster::port).toList();
            ranges.add(new Range(
                    number(fields.get(0)), number(fields.get(1)), ports.get(0), ports.subList(1, ports.size())));
        }
        return ranges;
    }

    private static int port(@Nullable Object address) {
        return number(list(address).get(1));
    }

    private static List<?> list(@Nullable Object reply) {
        if (reply instanceof List<?> list) {
            return list;
        }
        throw new ServerException("CLUSTER SLOTS gave no list");
    }

    private static int number(@Nullable Object reply) {
        if (reply instanceof Long number) {
            return number.intValue();
        }
        throw new ServerException("CLUSTER SLOTS gave no number");
    }

    private static String id(int index) {
        return String.format("%040x", index + 1);
    }

    private record Range(int first, int last, int masterPort, List<Integer> replicaPorts) {}
}
