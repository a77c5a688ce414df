package dev.mneme.servers;

import dev.mneme.servers.FaultProxy.Faults;
import dev.mneme.servers.FaultProxy.Loss;
import dev.mneme.servers.FaultProxy.Mode;
import java.io.IOException;
import java.net.Socket;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection through a {@link FaultProxy}: a thread for each direction. */
final class ProxiedConnection {

    private static final Logger LOG = LoggerFactory.getLogger(ProxiedConnection.class);
    private static final int PIECE = 64 * 1024;
    private static final int CONNECT_MILLIS = 10_000;

    private final FaultProxy proxy;
    private final Socket client;
    private final Socket server = new Socket();
    private final long number;
    private final RespFrames frames = new RespFrames(this::isLost);

    /** Whether something was swallowed, so that the two sides no longer agree on what was said. */
    private volatile boolean deaf;

    // only for the thread of what the server sends
    private @Nullable Loss drawnFor;
    private SplittableRandom random = new SplittableRandom();

    ProxiedConnection(FaultProxy proxy, Socket client, long number) {
        this.proxy = proxy;
        this.client = client;
        this.number = number;
    }

    void start() {
        daemon(name("up"), this::connectAndPumpUp);
    }

    /** Ends both sides with a reset. */
    void reset() {
        reset(client);
        reset(server);
        proxy.ended(this);
    }

    void resetIfDeaf() {
        if (deaf) {
            reset();
        }
    }

    static void daemon(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void connectAndPumpUp() {
        try {
            client.setTcpNoDelay(true);
            connect();
        } catch (IOException e) {
            resetUnlessSwallowed();
        }
        pumpUp();
    }

    private void connect() throws IOException {
        if (proxy.faults().mode() == Mode.HALF_OPEN) {
            deaf();
            return;
        }
        server.connect(proxy.target(), CONNECT_MILLIS);
        server.setTcpNoDelay(true);
        daemon(name("down"), this::pumpDown);
    }

    private void pumpUp() {
        try {
            byte[] piece = new byte[PIECE];
            for (int n = client.getInputStream().read(piece);
                    n >= 0;
                    n = client.getInputStream().read(piece)) {
                if (!isSwallowed()) {
                    server.getOutputStream().write(piece, 0, n);
                }
            }
            end(server);
        } catch (IOException e) {
            resetUnlessSwallowed();
        }
    }

    private void pumpDown() {
        try {
            byte[] piece = new byte[PIECE];
            for (int n = server.getInputStream().read(piece);
                    n >= 0;
                    n = server.getInputStream().read(piece)) {
                proxy.awaitDelay();
                if (!isSwallowed()) {
                    client.getOutputStream().write(filtered(piece, n));
                }
            }
            end(client);
        } catch (IOException e) {
            resetUnlessSwallowed();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            reset();
        }
    }

    /** What one side closed, the other sees closed; but not through a silent network. */
    private void end(Socket other) throws IOException {
        if (isSwallowed()) {
            return;
        }
        other.close();
        client.close();
        server.close();
        proxy.ended(this);
    }

    private void resetUnlessSwallowed() {
        if (!isSwallowed()) {
            reset();
        }
    }

    private boolean isSwallowed() {
        if (deaf) {
            return true;
        }
        if (proxy.faults().mode() != Mode.HALF_OPEN) {
            return false;
        }
        deaf();
        return true;
    }

    private void deaf() {
        deaf = true;
        // who ended the silence may have looked before this was set
        if (proxy.faults().mode() != Mode.HALF_OPEN) {
            reset();
        }
    }

    private byte[] filtered(byte[] piece, int length) throws IOException {
        byte[] passed = frames.pass(piece, length);
        Loss loss = proxy.faults().loss();
        if (loss != null && frames.broken() != null) {
            LOG.warn("a connection through the proxy on port {} is reset: {}", proxy.port(), frames.broken());
            throw new IOException(frames.broken());
        }
        return passed;
    }

    private boolean isLost(RespFrames.Envelope envelope) {
        Faults faults = proxy.faults();
        Loss loss = faults.loss();
        if (loss == null || (envelope == RespFrames.Envelope.ARRAY && !loss.arrays())) {
            return false;
        }
        if (!loss.equals(drawnFor)) {
            drawnFor = loss;
            random = new SplittableRandom(loss.seed() + number);
        }
        boolean lost = random.nextDouble() < loss.share();
        if (lost) {
            proxy.countDropped();
        }
        return lost;
    }

    private String name(String direction) {
        return "fault-proxy-" + proxy.port() + "-" + number + "-" + direction;
    }

    static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // closed before
        }
        try {
            socket.close();
        } catch (IOException e) {
            // it is gone either way
        }
    }
}
