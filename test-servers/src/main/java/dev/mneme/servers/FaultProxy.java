package dev.mneme.servers;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy before one server that fails as networks do: it cuts, goes silent, delays, and loses published messages.
 *
 * <p>A fault is in force when the call that made it has returned, for bytes that come later, on all connections, and
 * stays until another is made in its place or {@link #heal()}. Delay and loss go together with each other; neither
 * matters while cut or half-open. Two daemon threads serve each connection, in pieces of 64 KiB at most; a reader that
 * is slow holds back its server, and nothing is queued. Safe for use by many threads.
 */
public final class FaultProxy implements AutoCloseable {

    private static final int BIND_ATTEMPTS = 100;
    private static final long BIND_PAUSE_NANOS = 50_000_000;

    enum Mode {
        FORWARD,
        CUT,
        HALF_OPEN
    }

    /** Which published messages are lost. */
    record Loss(double share, long seed, boolean arrays) {}

    /** All that is wrong at one time. */
    record Faults(Mode mode, long delayNanos, @Nullable Loss loss) {
        static final Faults NONE = new Faults(Mode.FORWARD, 0, null);
    }

    private final InetSocketAddress target;
    private final String userInfo;
    private final int port;
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Written under the lock. */
    private volatile Faults faults = Faults.NONE;

    // guarded by the lock
    private @Nullable ServerSocket listener;
    private boolean closed;

    private FaultProxy(InetSocketAddress target, String userInfo) {
        this.target = target;
        this.userInfo = userInfo;
        this.port = FreePorts.next();
        heal();
    }

    /** Opens a proxy before a Redis server; its URI has the server's password. Clients of a dead server are reset. */
    public static FaultProxy to(RedisServer server) {
        return new FaultProxy(loopback(server.port()), server.userInfo());
    }

    /** Opens a proxy before a port of 127.0.0.1, whether or not somebody listens there yet. */
    public static FaultProxy to(int port) {
        return new FaultProxy(loopback(port), "");
    }

    /** The port of 127.0.0.1 that it listens on, which stays the same. */
    public int port() {
        return port;
    }

    /** {@code redis://127.0.0.1:port}, with the password of the server if there is one. */
    public String uri() {
        return "redis://" + userInfo + "127.0.0.1:" + port;
    }

    /** How many connections are open now. */
    public int connections() {
        return connections.size();
    }

    /** How many connections were ever accepted. */
    public long accepted() {
        return accepted.get();
    }

    /** How many published messages were ever dropped. */
    public long dropped() {
        return dropped.get();
    }

    /** Resets all connections, and refuses new ones. */
    public void cut() {
        lock.lock();
        try {
            stopListening();
            change(new Faults(Mode.CUT, faults.delayNanos, faults.loss));
            connections.forEach(ProxiedConnection::reset);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Goes silent: connections stay and new ones are accepted, what either side sends is swallowed, and neither learns
     * that the other closed. When this ends, connections that lost something by it are reset.
     */
    public void halfOpen() {
        lock.lock();
        try {
            change(new Faults(Mode.HALF_OPEN, faults.delayNanos, faults.loss));
            listen();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Holds back what the server sends. What arrives while a piece waits goes on after one more wait, so a byte is
     * late by once to twice the delay.
     *
     * @param delay zero for none
     */
    public void delay(Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delay must not be negative, was " + delay);
        }
        lock.lock();
        try {
            change(new Faults(faults.mode, delay.toNanos(), faults.loss));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Drops published messages that come to RESP3 connections: pushes of the kinds {@code message}, {@code pmessage}
     * and {@code smessage}, always whole. Replies, other pushes ({@code subscribe}, {@code invalidate}) and all that
     * clients send go through. A connection that does not speak RESP is reset.
     *
     * @param share the probability for each message, from 0 to 1
     * @param seed each connection draws from the seed plus its number in order of acceptance, so that what it loses
     *     does not depend on the others; the same share and seed once more draw on
     */
    public void dropFromServer(double share, long seed) {
        lose(share, seed, false);
    }

    /**
     * As {@link #dropFromServer}, and on RESP2 connections too, where a message is an array; a reply that is an array
     * which begins with such a word is taken for one.
     */
    public void dropFromServerInResp2(double share, long seed) {
        lose(share, seed, true);
    }

    /** Ends all faults. */
    public void heal() {
        lock.lock();
        try {
            change(Faults.NONE);
            listen();
        } finally {
            lock.unlock();
        }
    }

    /** Resets all connections and ends all threads. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            cut();
        } finally {
            lock.unlock();
        }
    }

    Faults faults() {
        return faults;
    }

    InetSocketAddress target() {
        return target;
    }

    void countDropped() {
        dropped.incrementAndGet();
    }

    void ended(ProxiedConnection connection) {
        connections.remove(connection);
    }

    /** Waits as long as the delay in force says, counted from now; a change of the delay or a cut counts at once. */
    void awaitDelay() throws InterruptedException {
        if (faults.delayNanos == 0) {
            return;
        }
        long begin = System.nanoTime();
        lock.lockInterruptibly();
        try {
            long left = faults.delayNanos;
            while (left > 0 && faults.mode != Mode.CUT) {
                changed.awaitNanos(left);
                left = faults.delayNanos - (System.nanoTime() - begin);
            }
        } finally {
            lock.unlock();
        }
    }

    private void lose(double share, long seed, boolean arrays) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share must be from 0 to 1, was " + share);
        }
        lock.lock();
        try {
            change(new Faults(faults.mode, faults.delayNanos, new Loss(share, seed, arrays)));
        } finally {
            lock.unlock();
        }
    }

    private void change(Faults next) {
        boolean heard = faults.mode == Mode.HALF_OPEN && next.mode != Mode.HALF_OPEN;
        faults = next;
        changed.signalAll();
        if (heard) {
            connections.forEach(ProxiedConnection::resetIfDeaf);
        }
    }

    private void listen() {
        if (closed) {
            throw new ServerException("the proxy on port " + port + " is closed");
        }
        if (listener != null) {
            return;
        }
        try {
            ServerSocket socket = bound();
            listener = socket;
            ProxiedConnection.daemon("fault-proxy-" + port + "-accept", () -> accept(socket));
        } catch (IOException e) {
            throw new ServerException("cannot listen on port " + port, e);
        }
    }

    /** A closed listener keeps the port until the thread that accepts on it has noticed. */
    private ServerSocket bound() throws IOException {
        for (int attempt = 1; ; attempt++) {
            ServerSocket socket = new ServerSocket();
            try {
                socket.setReuseAddress(true);
                socket.bind(loopback(port), 1_000);
                return socket;
            } catch (BindException e) {
                socket.close();
                if (attempt == BIND_ATTEMPTS) {
                    throw e;
                }
                LockSupport.parkNanos(BIND_PAUSE_NANOS);
            }
        }
    }

    private void stopListening() {
        if (listener == null) {
            return;
        }
        try {
            listener.close();
        } catch (IOException e) {
            throw new ServerException("cannot stop listening on port " + port, e);
        } finally {
            listener = null;
        }
    }

    private void accept(ServerSocket socket) {
        while (true) {
            try {
                admit(socket, socket.accept());
            } catch (IOException e) {
                if (socket.isClosed()) {
                    return;
                }
            }
        }
    }

    private void admit(ServerSocket socket, Socket client) {
        lock.lock();
        try {
            if (listener != socket) {
                ProxiedConnection.reset(client);
                return;
            }
            ProxiedConnection connection = new ProxiedConnection(this, client, accepted.incrementAndGet());
            connections.add(connection);
            connection.start();
        } finally {
            lock.unlock();
        }
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }
}
