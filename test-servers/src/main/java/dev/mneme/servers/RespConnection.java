package dev.mneme.servers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a Redis server that sends commands and reads replies as they are, with no client in between.
 *
 * <p>Speaks RESP2, and RESP3 after {@code command("HELLO", "3")}. Text is UTF-8 in both directions. A reply is a
 * {@link String}, {@link Long}, {@link Double}, {@link Boolean}, {@link java.math.BigInteger}, null, a
 * {@link java.util.List} of such (array, set and push; an error within is its text), or a {@link java.util.Map} of
 * such. Not safe for use by several threads.
 */
public final class RespConnection implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final int port;
    private final Socket socket;
    private final RespReader reader;

    private RespConnection(int port, Socket socket) throws IOException {
        this.port = port;
        this.socket = socket;
        this.reader = new RespReader(new BufferedInputStream(socket.getInputStream()));
    }

    /**
     * Connects to a port of 127.0.0.1, waiting at most ten seconds for this and for each reply.
     *
     * @throws ServerException if nobody accepts there
     */
    public static RespConnection open(int port) {
        return open(port, PATIENCE);
    }

    /**
     * Connects to a port of 127.0.0.1.
     *
     * @param timeout the longest wait for the connection, and then for each reply
     * @throws ServerException if nobody accepts there in time
     */
    public static RespConnection open(int port, Duration timeout) {
        Socket socket = new Socket();
        try {
            int millis = Math.toIntExact(Math.max(1, timeout.toMillis()));
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(millis);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), millis);
            return new RespConnection(port, socket);
        } catch (IOException e) {
            closeQuietly(socket);
            throw new ServerException("cannot connect to 127.0.0.1:" + port + ": " + e.getMessage(), e);
        }
    }

    /**
     * Sends a command and waits for its reply. On a RESP3 connection with subscriptions a push may come before it: use
     * {@link #send} and {@link #read} there.
     *
     * @throws ServerException if the server answers with an error, which is then the message, or does not answer
     */
    public @Nullable Object command(String... words) {
        send(words);
        return read();
    }

    /**
     * Sends a command and waits for nothing.
     *
     * @throws ServerException if the connection is gone
     */
    public void send(String... words) {
        try {
            socket.getOutputStream().write(encode(words));
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /**
     * Waits for the next reply or push.
     *
     * @throws ServerException if it is an error, or if none comes in time
     */
    public @Nullable Object read() {
        try {
            Object reply = reader.read();
            if (reply instanceof RespReader.Failure failure) {
                throw new ServerException(failure.message());
            }
            return reply;
        } catch (IOException e) {
            throw lost(e);
        }
    }

    @Override
    public void close() {
        closeQuietly(socket);
    }

    private ServerException lost(IOException e) {
        return new ServerException("no answer from 127.0.0.1:" + port + ": " + e.getMessage(), e);
    }

    private static byte[] encode(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(("*" + words.length + "\r\n").getBytes(UTF_8));
        for (String word : words) {
            byte[] bytes = word.getBytes(UTF_8);
            out.writeBytes(("$" + bytes.length + "\r\n").getBytes(UTF_8));
            out.writeBytes(bytes);
            out.writeBytes("\r\n".getBytes(UTF_8));
        }
        return out.toByteArray();
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is gone either way
        }
    }
}
