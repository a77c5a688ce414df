package dev.mneme.servers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A Redis master, its replica, and three sentinels that make the replica the master when the master is gone.
 *
 * <p>They call a master down after a second without an answer, and two of the three must agree. Replication is
 * asynchronous, so a failover may lose the last acknowledged writes. Safe for use by many threads.
 */
public final class RedisSentinels implements AutoCloseable {

    /** The name of the master that the sentinels watch. */
    public static final String NAME = "mneme";

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int SENTINELS = 3;

    private final List<RedisProcess> sentinels = new ArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final RedisServer first;
    private final RedisServer second;

    /** Written under the lock. */
    private volatile RedisServer master;

    private RedisSentinels(RedisServer first, RedisServer second) {
        this.first = first;
        this.second = second;
        this.master = first;
    }

    /**
     * Starts all five, and waits until the replica is in step and every sentinel knows it and the others.
     *
     * @throws ServerException if there is no Redis for this platform, or one of them does not start in time
     */
    public static RedisSentinels start() {
        // the timer of replication and of the end of a snapshot runs with hz
        RedisServer.Builder builder = RedisServer.builder().setting("hz 100");
        RedisSentinels sentinels =
                new RedisSentinels(builder.create(FreePorts.next()), builder.create(FreePorts.next()));
        try {
            sentinels.replicate();
            sentinels.watch();
            return sentinels;
        } catch (RuntimeException e) {
            sentinels.close();
            throw e;
        }
    }

    /** The server that was the master at the start, or after the last failover that was awaited. */
    public RedisServer master() {
        return master;
    }

    /** The other server. */
    public RedisServer replica() {
        return master.equals(first) ? second : first;
    }

    /** {@code redis-sentinel://127.0.0.1:p1,127.0.0.1:p2,127.0.0.1:p3#mneme}. */
    public String sentinelUri() {
        return sentinels.stream()
                .map(sentinel -> "127.0.0.1:" + sentinel.port())
                .collect(Collectors.joining(",", "redis-sentinel://", "#" + NAME));
    }

    public List<Integer> sentinelPorts() {
        return sentinels.stream().map(RedisProcess::port).toList();
    }

    /**
     * Kills the master; one that is restarted later becomes a replica.
     *
     * @return the server killed
     */
    public RedisServer killMaster() {
        RedisServer killed = master;
        killed.kill();
        return killed;
    }

    /**
     * Waits until all three sentinels name another master than {@link #master()}, and it says the same of itself.
     *
     * @return the port of the new master, which {@link #master()} is from now on
     * @throws ServerException if that does not happen in time
     */
    public int awaitFailover(Duration timeout) {
        lock.lock();
        try {
            RedisServer next = replica();
            List<String> address = List.of("127.0.0.1", Integer.toString(next.port()));
            boolean done = Waiting.until(
                    timeout,
                    () -> sentinels.stream().allMatch(sentinel -> address.equals(addressNamedBy(sentinel)))
                            && isRole(next, "master"));
            if (!done) {
                throw new ServerException("no failover within " + timeout);
            }
            master = next;
            return next.port();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes the other server follow the master if it does not yet, as after a failover and a restart, and waits until
     * it has all the master's data.
     *
     * <p>The sentinels would make it follow too, but only when it has been up for about ten seconds, and not while they
     * stand back from their own late timers (TILT, 30 s), which a busy machine can renew without end.
     *
     * @throws ServerException if that does not happen in time
     */
    public void awaitReplica(Duration timeout) {
        RedisServer behind = replica();
        boolean done = Waiting.until(
                timeout,
                () -> (isRole(behind, "slave") || follows(behind))
                        && "up".equals(behind.info("replication").get("master_link_status"))
                        && master.info("replication").getOrDefault("slave0", "").contains("state=online"));
        if (!done) {
            throw new ServerException("no replica in step within " + timeout);
        }
    }

    @Override
    public void close() {
        sentinels.forEach(RedisProcess::close);
        first.close();
        second.close();
    }

    private void replicate() {
        first.process().start();
        second.process().start();
        awaitReplica(PATIENCE);
    }

    private boolean follows(RedisServer behind) {
        return behind.isUp() && "OK".equals(behind.command("REPLICAOF", "127.0.0.1", Integer.toString(master.port())));
    }

    /** Tells each sentinel of all others and of the replica, which they would else find out by and by. */
    private void watch() {
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < SENTINELS; i++) {
            ports.add(FreePorts.next());
        }
        for (int own : ports) {
            RedisProcess sentinel = RedisProcess.create(own, lines(own, ports), List.of("--sentinel"), null);
            sentinels.add(sentinel);
            sentinel.launch();
        }
        sentinels.forEach(RedisProcess::awaitAnswer);
        if (!Waiting.until(PATIENCE, () -> sentinels.stream().allMatch(this::isReady))) {
            throw new ServerException("the sentinels do not see the replica and each other");
        }
    }

    private List<String> lines(int own, List<Integer> ports) {
        List<String> lines = new ArrayList<>(List.of(
                "protected-mode no",
                "sentinel myid " + id(own),
                "sentinel monitor " + NAME + " 127.0.0.1 " + first.port() + " 2",
                "sentinel down-after-milliseconds " + NAME + " 1000",
                "sentinel failover-timeout " + NAME + " 3000",
                "sentinel known-replica " + NAME + " 127.0.0.1 " + second.port()));
        for (int port : ports) {
            if (port != own) {
                lines.add("sentinel known-sentinel " + NAME + " 127.0.0.1 " + port + " " + id(port));
            }
        }
        return lines;
    }

    /** It has heard of the replica by itself, and reaches enough others for a failover. */
    private boolean isReady(RedisProcess sentinel) {
        Object replicas = sentinel.command("SENTINEL", "REPLICAS", NAME);
        return replicas instanceof List<?> list
                && list.size() == 1
                && list.get(0) instanceof List<?> fields
                && "slave".equals(valueOf("flags", fields))
                && "ok".equals(valueOf("master-link-status", fields))
                && String.valueOf(sentinel.command("SENTINEL", "CKQUORUM", NAME))
                        .startsWith("OK " + SENTINELS + " usable");
    }

    private static @Nullable Object valueOf(String name, List<?> fields) {
        int at = fields.indexOf(name);
        return at < 0 ? null : fields.get(at + 1);
    }

    private static @Nullable Object addressNamedBy(RedisProcess sentinel) {
        return sentinel.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME);
    }

    private static boolean isRole(RedisServer server, String role) {
        return server.isUp() && Objects.equals(role, server.info("replication").get("role"));
    }

    private static String id(int port) {
        return String.format("%040x", port);
    }
}
