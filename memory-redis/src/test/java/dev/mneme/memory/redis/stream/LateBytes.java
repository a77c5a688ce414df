package dev.mneme.memory.redis.stream;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A way to a server that keeps what clients send, and brings it to the server later, even if the client has long given its
 * connection up: as networks and servers' input buffers do.
 */
final class LateBytes implements AutoCloseable {

    private final ServerSocket listener;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final AtomicLong kept = new AtomicLong();
    private boolean keeping;

    LateBytes(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    LateBytes start() {
        run(this::accept);
        return this;
    }

    String uri() {
        return "redis://127.0.0.1:" + listener.getLocalPort();
    }

    /** From now on, what clients send waits. */
    void keep() {
        set(true);
    }

    /** What waits goes on. */
    void release() {
        set(false);
    }

    /** How many bytes wait, or have waited. */
    long kept() {
        return kept.get();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void set(boolean now) {
        lock.lock();
        try {
            keeping = now;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void accept() throws IOException {
        while (!listener.isClosed()) {
            Socket client = listener.accept();
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            sockets.add(client);
            sockets.add(server);
            run(() -> forward(client, server));
            run(() -> server.getInputStream().transferTo(client.getOutputStream()));
        }
    }

    private void forward(Socket client, Socket server) throws IOException {
        InputStream in = client.getInputStream();
        OutputStream out = server.getOutputStream();
        byte[] buffer = new byte[64 * 1024];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            await(read);
            out.write(buffer, 0, read);
        }
    }

    private void await(int bytes) {
        lock.lock();
        try {
            if (keeping) {
                kept.addAndGet(bytes);
            }
            while (keeping) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void run(Work work) {
        var thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // a connection ended
                    }
                },
                "late-bytes");
        thread.setDaemon(true);
        thread.start();
    }
}
