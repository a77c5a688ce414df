package dev.mneme.memory.qdrant;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where a Qdrant server is, how it is spoken to, and how a collection is spread over a cluster of them.
 *
 * <p>Immutable. Each of the methods that take a value returns a copy with that part changed. Its words never hold the key.
 */
public final class QdrantOptions {

    private static final int MEBIBYTE = 1024 * 1024;

    private final String host;
    private final int port;
    private final Parts parts;

    private QdrantOptions(String host, int port, Parts parts) {
        this.host = host;
        this.port = port;
        this.parts = parts;
    }

    /**
     * A server without a key and without TLS, with the default limits.
     *
     * @param port the one for gRPC, 6334 unless the server was told otherwise
     * @throws IllegalArgumentException if the host is blank or the port out of range
     */
    public static QdrantOptions of(String host, int port) {
        if (host.isBlank()) {
            throw new IllegalArgumentException("host must not be blank, was blank");
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port must be from 1 to 65535, was " + port);
        }
        return new QdrantOptions(host, port, new Parts());
    }

    /** The key that the server asks for; sent with every call. To be used with {@link #tls()} only. */
    public QdrantOptions apiKey(String apiKey) {
        if (apiKey.isBlank()) {
            throw new IllegalArgumentException("apiKey must not be blank, was blank");
        }
        return with(parts -> parts.apiKey = apiKey);
    }

    /** Speaks TLS, and trusts what the JDK trusts. */
    public QdrantOptions tls() {
        return with(parts -> parts.tls = true);
    }

    /**
     * How long one call of the store may take, with all it asks of the server and its retries; 5 seconds by default. Of a
     * batch, each {@value QdrantContextStore#BATCH} records have as long.
     *
     * @throws IllegalArgumentException if it is below a millisecond or over an hour
     */
    public QdrantOptions deadline(Duration deadline) {
        checkDuration("deadline", deadline, Duration.ofMillis(1), Duration.ofHours(1));
        return with(parts -> parts.deadline = deadline);
    }

    /**
     * How often a connection in use is probed, so that one that died in silence is noticed; 5 minutes by default. Servers
     * may cut a connection that probes more often than they allow.
     *
     * @throws IllegalArgumentException if it is below 10 seconds or over a day
     */
    public QdrantOptions keepAliveEvery(Duration interval) {
        checkDuration("keepAliveEvery", interval, Duration.ofSeconds(10), Duration.ofDays(1));
        return with(parts -> parts.keepAliveEvery = interval);
    }

    /**
     * The most bytes of one answer; 64 MiB by default. A larger one fails its call.
     *
     * @throws IllegalArgumentException if it is below a mebibyte
     */
    public QdrantOptions maxAnswerBytes(int bytes) {
        if (bytes < MEBIBYTE) {
            throw new IllegalArgumentException("maxAnswerBytes must be at least " + MEBIBYTE + ", was " + bytes);
        }
        return with(parts -> parts.maxAnswerBytes = bytes);
    }

    /**
     * Into how many shards a new collection is cut; by default as many as the server thinks right.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public QdrantOptions shards(int shards) {
        checkAtLeastOne("shards", shards);
        return with(parts -> parts.shards = shards);
    }

    /**
     * On how many nodes each shard of a new collection is kept; by default as the server is set. A change is then written to
     * all of them before its call returns, unless {@link #writeConsistency} says otherwise.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public QdrantOptions replicas(int replicas) {
        checkAtLeastOne("replicas", replicas);
        return with(parts -> parts.replicas = replicas);
    }

    /**
     * How many replicas must have a change before its call returns. Below the number of {@link #replicas} a change goes
     * through while some are away, and a read that such a one answers may not see it.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public QdrantOptions writeConsistency(int replicas) {
        checkAtLeastOne("writeConsistency", replicas);
        return with(parts -> parts.writeConsistency = replicas);
    }

    public String host() {
        return host;
    }

    public int port() {
        return port;
    }

    public Duration deadline() {
        return parts.deadline;
    }

    Optional<String> apiKey() {
        return Optional.ofNullable(parts.apiKey);
    }

    boolean isTls() {
        return parts.tls;
    }

    Duration keepAliveEvery() {
        return parts.keepAliveEvery;
    }

    int maxAnswerBytes() {
        return parts.maxAnswerBytes;
    }

    Optional<Integer> shards() {
        return Optional.ofNullable(parts.shards);
    }

    Optional<Integer> replicas() {
        return Optional.ofNullable(parts.replicas);
    }

    Optional<Integer> writeConsistency() {
        return Optional.ofNullable(parts.writeConsistency == null ? parts.replicas : parts.writeConsistency);
    }

    /** {@code qdrant at host:port}, as messages name it. */
    @Override
    public String toString() {
        return "qdrant at " + host + ':' + port;
    }

    private QdrantOptions with(Consumer<Parts> change) {
        Parts changed = parts.copy();
        change.accept(changed);
        return new QdrantOptions(host, port, changed);
    }

    static void checkDuration(String what, Duration duration, Duration least, Duration most) {
        if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
            throw new IllegalArgumentException(what + " must be from " + least + " to " + most + ", was " + duration);
        }
    }

    private static void checkAtLeastOne(String what, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(what + " must be at least 1, was " + value);
        }
    }

    /** The values; never written to once options hold them. */
    private static final class Parts implements Cloneable {
        private @Nullable String apiKey;
        private boolean tls;
        private Duration deadline = Duration.ofSeconds(5);
        private Duration keepAliveEvery = Duration.ofMinutes(5);
        private int maxAnswerBytes = 64 * MEBIBYTE;
        private @Nullable Integer shards;
        private @Nullable Integer replicas;
        private @Nullable Integer writeConsistency;

        Parts copy() {
            try {
                return (Parts) clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
