package dev.mneme.servers.qdrant;

import dev.mneme.servers.FreePorts;
import dev.mneme.servers.ServerException;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for a Qdrant server: it answers the calls that this project sends, over TCP on a free port of 127.0.0.1,
 * without TLS, and fails on command.
 *
 * <p><b>What it is not.</b> It is no Qdrant and was not compared with one: what it does comes from Qdrant's
 * documentation and source. All searches are exact, so it says nothing about recall, and it is no measure of Qdrant's
 * speed. It has no shards, replicas, quantization, inference, multivectors, geography, text indexes, snapshots,
 * prefetch or fusion; of the calls of before the query API it has the single search. What it has not answers
 * UNIMPLEMENTED.
 *
 * <p><b>What it does</b>, as Qdrant:
 * <ul>
 *   <li>collections and aliases; dense vectors (cosine, dot, Euclid, Manhattan) and sparse ones, named or not; cosine
 *       vectors are stored, and given back, divided by their length;
 *   <li>upsert with {@code update_filter} and {@code update_mode}, the edits of payloads, deletes by id and filter,
 *       batches of these; get, count, facet, scroll by id and by a field with an index; nearest points to a dense or
 *       sparse vector, alone or in a batch;
 *   <li>filters with all conditions but geographic ones; text is matched as without a text index;
 *   <li>its statuses: NOT_FOUND for a missing collection, INVALID_ARGUMENT for a wrong dimension, an unknown vector,
 *       an invalid UUID, an ordered scroll or a facet without its index.
 * </ul>
 *
 * <p><b>Writes that are not waited for</b> are applied with the next one that is, or by {@link #applyWrites()}. Qdrant
 * may apply them at any time; this way a forgotten {@code wait} is seen. {@link #applyAtOnce()} ends it.
 *
 * <p>Everything is in memory, and bounded: 1,000 collections, 2,000,000 points in each, 10,000 writes waiting. A silent
 * socket is made by a {@link dev.mneme.servers.FaultProxy} before its port. Safe for use by many threads; calls run on
 * four threads of its own.
 */
public final class QdrantDouble implements AutoCloseable {

    private static final int WORKERS = 4;
    private static final int MAX_CALLS_PER_CONNECTION = 1_000;
    private static final int MAX_METADATA_BYTES = 64 * 1024;
    private static final int ATTEMPTS = 50;
    private static final long PAUSE_MILLIS = 20;
    private static final long END_SECONDS = 30;
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final int port = FreePorts.next();
    private final String threads = "qdrant-double-" + NUMBER.incrementAndGet();
    private final ExecutorService workers = Executors.newFixedThreadPool(WORKERS, daemons(threads));
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(daemons(threads + "-timer"));
    private final Traffic traffic = new Traffic();
    private final Faults faults = new Faults(traffic, timer, workers);
    private final TenantRule tenants = new TenantRule();
    private final Storage storage = new Storage();
    private final Writes writes = new Writes();
    private final HealthCalls health = new HealthCalls();
    private final ReentrantLock lock = new ReentrantLock();

    // guarded by the lock
    private @Nullable Server server;

    private QdrantDouble() {}

    /** Starts one that is empty. */
    public static QdrantDouble start() {
        QdrantDouble started = new QdrantDouble();
        started.listen();
        return started;
    }

    /** The gRPC port of 127.0.0.1, which stays the same. */
    public int port() {
        return port;
    }

    /** The version that it says it has; 1.18.0 if not told. */
    public void version(String version) {
        health.version(version);
    }

    /**
     * From now on refuses every query, scroll, count, facet, delete and edit of payloads that has no equality with one
     * keyword or integer of one of these fields among the conditions of {@code must} at its top level, with
     * FAILED_PRECONDITION. A delete by ids alone is refused as well. Reading points by their ids, and upserts, are not
     * looked at.
     *
     * @param fields none to end it
     */
    public void requireTenant(String... fields) {
        tenants.require(Arrays.asList(fields));
    }

    /** What was refused for want of a tenant, the first 1,000: call and field. */
    public List<String> violations() {
        return tenants.violations();
    }

    /** How often a method was called, such as {@code Points/Upsert}, also if the call failed. */
    public long calls(String method) {
        return traffic.calls(method);
    }

    /** How often each method was called. */
    public Map<String, Long> calls() {
        return traffic.calls();
    }

    /** The bytes of all requests that were read, as protobuf, without what HTTP/2 adds. */
    public long bytesIn() {
        return traffic.received();
    }

    /** The bytes of all answers, as protobuf, without what HTTP/2 adds. */
    public long bytesOut() {
        return traffic.sent();
    }

    /** Counts calls and bytes from zero again. */
    public void resetCounts() {
        traffic.reset();
    }

    /**
     * Lets the next calls of a method fail before anything is done. Several such commands queue up.
     *
     * @param method such as {@code Points/Query}
     */
    public void failNext(String method, int calls, Status.Code code) {
        faults.failNext(method, calls, code, false);
    }

    /** Carries out the next calls of a method and answers UNAVAILABLE, as a connection that breaks at that moment. */
    public void loseNextAnswers(String method, int calls) {
        faults.failNext(method, calls, Status.Code.UNAVAILABLE, true);
    }

    /** Lets all calls fail, until {@link #heal()}. */
    public void failAll(Status.Code code) {
        faults.failAll(code);
    }

    /** Accepts calls and never answers those that come from now on, until {@link #heal()}. */
    public void hang() {
        faults.hang();
    }

    /** Begins every call only after this time, until {@link #heal()}. */
    public void lag(Duration lag) {
        if (lag.isNegative()) {
            throw new IllegalArgumentException("lag must not be negative, was " + lag);
        }
        faults.lag(lag);
    }

    /**
     * Refuses larger requests with RESOURCE_EXHAUSTED, as what stands before a server may; Qdrant itself has no limit
     * for gRPC. The clients' own limit for answers is 4 MiB if they do not set another.
     */
    public void maxMessageBytes(int bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("bytes must be at least 1, was " + bytes);
        }
        faults.maxBytes(bytes);
    }

    /**
     * From now on accepts writes and applies none, until {@link #heal()} or {@link #applyWrites()}. A call that waits
     * with a timeout is answered {@code WaitTimeout} at once, one that waits without gets DEADLINE_EXCEEDED.
     */
    public void delayWrites() {
        storage.writing(() -> {
            writes.late(true);
            return true;
        });
    }

    /** Applies writes that are not waited for at once, from now on; one that fails does so unseen. */
    public void applyAtOnce() {
        storage.writing(() -> {
            writes.holding(false);
            writes.applyPending();
            return true;
        });
    }

    /** Applies all writes that were accepted. Later ones are delayed on if they were. */
    public void applyWrites() {
        storage.writing(() -> {
            writes.applyPending();
            return true;
        });
    }

    /** How many writes were accepted and are not applied. */
    public int pendingWrites() {
        return storage.reading(writes::pending);
    }

    /**
     * Removes the index of a payload field, as if it had never been made.
     *
     * @throws IllegalArgumentException if there is none
     */
    public void dropIndex(String collection, String field) {
        boolean dropped = storage.writing(() ->
                storage.exists(collection) && storage.get(collection).indexes().remove(field) != null);
        if (!dropped) {
            throw new IllegalArgumentException("the field must have an index, was a field without");
        }
    }

    /** Ends all faults; accepted writes are applied. The tenant rule stays. */
    public void heal() {
        faults.heal();
        storage.writing(() -> {
            writes.late(false);
            writes.applyPending();
            return true;
        });
    }

    /** Stops listening and breaks all connections, with calls that were begun. Does nothing if it does not run. */
    public void kill() {
        lock.lock();
        try {
            if (server == null) {
                return;
            }
            server.shutdownNow();
            if (!server.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
                throw new ServerException("the Qdrant double on port " + port + " did not end");
            }
            server = null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServerException("interrupted while the Qdrant double ends", e);
        } finally {
            lock.unlock();
        }
    }

    /** Starts again on its port with all it accepted; one that runs is killed first. Faults stay. */
    public void restart() {
        restart(0);
    }

    /**
     * As {@link #restart()}, but the last writes of points are lost, as those that did not reach the disk.
     *
     * @throws IllegalArgumentException if there were not so many writes, or more than the last 10,000
     */
    public void restart(int lostWrites) {
        kill();
        storage.writing(() -> {
            writes.lose(lostWrites);
            writes.applyPending();
            return true;
        });
        listen();
    }

    /** Ends it and its threads. */
    @Override
    public void close() {
        kill();
        timer.shutdownNow();
        workers.shutdownNow();
    }

    @Override
    public String toString() {
        return "QdrantDouble on port " + port;
    }

    private void listen() {
        lock.lock();
        try {
            for (int attempt = 1; server == null; attempt++) {
                server = bound(attempt == ATTEMPTS);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The port of a server that was killed is free a little later. */
    private @Nullable Server bound(boolean last) {
        Server next = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .executor(workers)
                .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .maxInboundMetadataSize(MAX_METADATA_BYTES)
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .intercept(faults)
                .addService(health)
                .addService(new CollectionCalls(storage))
                .addService(new PointCalls(storage, writes, tenants))
                .build();
        try {
            return next.start();
        } catch (IOException e) {
            next.shutdownNow();
            if (last) {
                throw new ServerException("the Qdrant double cannot listen on port " + port, e);
            }
            pause();
            return null;
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServerException("interrupted while the Qdrant double starts", e);
        }
    }

    private static ThreadFactory daemons(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
