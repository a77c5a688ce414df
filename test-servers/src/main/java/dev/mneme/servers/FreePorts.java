package dev.mneme.servers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports below those that the system gives to outgoing connections, so that nothing takes the port of a server that is
 * down for a while, and no client that reconnects to it ends up connected to itself.
 */
public final class FreePorts {

    /** A node of a cluster also listens on its port plus this much. */
    private static final int BUS_OFFSET = 10_000;

    private static final int FIRST = 16_400;
    private static final int COUNT = 6_000;
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    // JVMs that test at the same time begin at different places
    private static final AtomicInteger NEXT =
            new AtomicInteger(Math.floorMod(ProcessHandle.current().pid() * 331 + System.nanoTime() / 1_000, COUNT));

    private FreePorts() {}

    /**
     * A port nobody listens on now, which this JVM is not given again soon.
     *
     * @throws ServerException if there is none
     */
    public static int next() {
        for (int i = 0; i < COUNT; i++) {
            int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
            if (isFree(port) && isFree(port + BUS_OFFSET)) {
                return port;
            }
        }
        throw new ServerException("no free port from " + FIRST + " to " + (FIRST + COUNT - 1));
    }

    private static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(LOOPBACK, port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
