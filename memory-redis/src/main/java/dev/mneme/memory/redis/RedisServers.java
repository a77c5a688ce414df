package dev.mneme.memory.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.protocol.ConnectionIntent;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.EpollProvider;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The client for one server (given or named by Sentinels), or for a cluster, and how its connections are set up. */
final class RedisServers {

    private static final Duration TOPOLOGY_EVERY = Duration.ofSeconds(15);
    private static final RedisCodec<String, byte[]> CODEC =
            RedisCodec.of(new StringCodec(US_ASCII), ByteArrayCodec.INSTANCE);

    private final List<RedisURI> uris;
    private final ClientResources resources;
    private final @Nullable RedisClient single;
    private final @Nullable RedisClusterClient cluster;

    RedisServers(List<RedisURI> uris, boolean isCluster, Duration connectTimeout, Duration timeout, int maxQueued) {
        this.uris = uris;
        uris.forEach(uri -> uri.setTimeout(timeout));
        this.resources = ClientResources.builder()
                .reconnectDelay(
                        () -> Delay.fullJitter(Duration.ofMillis(50), Duration.ofSeconds(2), 50, TimeUnit.MILLISECONDS))
                .build();
        if (isCluster) {
            single = null;
            cluster = RedisClusterClient.create(resources, uris);
            cluster.setOptions((ClusterClientOptions) options(
                            ClusterClientOptions.builder()
                                    .validateClusterNodeMembership(false)
                                    .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                                            .adaptiveRefreshTriggersTimeout(Duration.ofMillis(500))
                                            .enablePeriodicRefresh(TOPOLOGY_EVERY)
                                            .build()),
                            connectTimeout,
                            timeout,
                            maxQueued)
                    // a lost node is found again by the client, which knows where it has gone
                    .autoReconnect(true)
                    .build());
        } else {
            cluster = null;
            single = RedisClient.create(resources);
            single.setOptions(options(ClientOptions.builder(), connectTimeout, timeout, maxQueued)
                    // a link makes a new connection instead, to whichever server is the master then
                    .autoReconnect(false)
                    .build());
        }
    }

    private static ClientOptions.Builder options(
            ClientOptions.Builder options, Duration connectTimeout, Duration timeout, int maxQueued) {
        var keepAlive = SocketOptions.KeepAliveOptions.builder()
                .enable()
                .idle(Duration.ofSeconds(30))
                .interval(Duration.ofSeconds(10))
                .count(3)
                .build();
        var socket = SocketOptions.builder()
                .connectTimeout(connectTimeout)
                .keepAlive(keepAlive)
                .tcpNoDelay(true);
        if (EpollProvider.isAvailable()) {
            socket.tcpUserTimeout(SocketOptions.TcpUserTimeoutOptions.builder()
                    .enable()
                    .tcpUserTimeout(Duration.ofSeconds(30))
                    .build());
        }
        return options.protocolVersion(ProtocolVersion.RESP3)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                // nothing is sent a second time by the client: it may have been done
                .replayFilter(command -> true)
                .requestQueueSize(maxQueued)
                .timeoutOptions(TimeoutOptions.enabled(timeout))
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .socketOptions(socket.build());
    }

    boolean isCluster() {
        return cluster != null;
    }

    CompletionStage<StatefulConnection<String, byte[]>> connect() {
        if (single != null) {
            return single.connectAsync(CODEC, uris.get(0)).thenApply(made -> made);
        }
        return partitions()
                .thenCompose(known -> client().connectAsync(CODEC))
                .thenCompose(RedisServers::connectMasters);
    }

    CompletionStage<StatefulRedisPubSubConnection<String, byte[]>> connectPubSub() {
        if (single != null) {
            return single.connectPubSubAsync(CODEC, uris.get(0));
        }
        return partitions()
                .thenCompose(known -> client().connectPubSubAsync(CODEC))
                .thenApply(made -> made);
    }

    /** Else the first calls to each master would be refused, because the client connects to it only then. */
    private static CompletionStage<StatefulConnection<String, byte[]>> connectMasters(
            StatefulRedisClusterConnection<String, byte[]> made) {
        CompletableFuture<?>[] masters = made.getPartitions().stream()
                .filter(node -> node.is(RedisClusterNode.NodeFlag.UPSTREAM))
                .flatMap(node -> Stream.of(ConnectionIntent.values())
                        .flatMap(intent -> Stream.of(
                                made.getConnectionAsync(node.getNodeId(), intent),
                                made.getConnectionAsync(
                                        node.getUri().getHost(), node.getUri().getPort(), intent))))
                .toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(masters).thenApply(connected -> made);
    }

    /** The client does not look for the cluster again after a first look that failed. */
    private CompletionStage<?> partitions() {
        return client().refreshPartitionsAsync();
    }

    private RedisClusterClient client() {
        return requireNonNull(cluster);
    }

    /** The commands of a connection that {@link #connect} made. */
    @SuppressWarnings("unchecked")
    static RedisClusterAsyncCommands<String, byte[]> commands(StatefulConnection<String, byte[]> connection) {
        if (connection instanceof StatefulRedisConnection<?, ?> one) {
            return ((StatefulRedisConnection<String, byte[]>) one).async();
        }
        return ((StatefulRedisClusterConnection<String, byte[]>) connection).async();
    }

    /** The commands of the one server that holds a key; WAIT and the like must go where the write went. */
    @SuppressWarnings("unchecked")
    static CompletionStage<RedisClusterAsyncCommands<String, byte[]>> commandsFor(
            String key, StatefulConnection<String, byte[]> connection) {
        if (connection instanceof StatefulRedisClusterConnection<?, ?> all) {
            RedisClusterNode master = all.getPartitions().getMasterBySlot(SlotHash.getSlot(key));
            if (master == null) {
                return CompletableFuture.failedFuture(new Trouble.Unusable("the Redis cluster is down in part"));
            }
            return ((StatefulRedisClusterConnection<String, byte[]>) all)
                    .getConnectionAsync(master.getNodeId())
                    .thenApply(StatefulRedisConnection::async);
        }
        return CompletableFuture.completedFuture(commands(connection));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // its threads are daemons and end by themselves
    void close(Duration within) {
        if (cluster != null) {
            cluster.suspendTopologyRefresh();
        }
        var closing = CompletableFuture.allOf(
                single == null
                        ? CompletableFuture.completedFuture(null)
                        : single.shutdownAsync(0, within.toMillis() / 2, TimeUnit.MILLISECONDS),
                cluster == null
                        ? CompletableFuture.completedFuture(null)
                        : cluster.shutdownAsync(0, within.toMillis() / 2, TimeUnit.MILLISECONDS));
        try {
            closing.get(within.toMillis() / 2, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // as above
        }
        resources.shutdown(0, within.toMillis() / 2, TimeUnit.MILLISECONDS);
    }
}
