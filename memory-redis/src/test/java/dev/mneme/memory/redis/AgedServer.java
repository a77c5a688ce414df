package dev.mneme.memory.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Locale;

/** Says what a Redis of some version says when it is greeted, and can do nothing else. */
final class AgedServer implements AutoCloseable {

    private final ServerSocket listening;
    private final String version;
    private final boolean knowsHello;

    private AgedServer(String version, boolean knowsHello) throws IOException {
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.version = version;
        this.knowsHello = knowsHello;
        background(this::accept);
    }

    static AgedServer start(String version) throws IOException {
        return new AgedServer(version, true);
    }

    /** One of the time before there were protocols to choose from. */
    static AgedServer startBeforeHello(String version) throws IOException {
        return new AgedServer(version, false);
    }

    int port() {
        return listening.getLocalPort();
    }

    private static void background(Runnable work) {
        var thread = new Thread(work, "aged-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listening.accept();
                background(() -> serve(socket));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
            OutputStream out = socket.getOutputStream();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                int words = Integer.parseInt(line.substring(1));
                String command = "";
                for (int i = 0; i < words; i++) {
                    in.readLine();
                    String word = in.readLine();
                    command = i == 0 ? word.toUpperCase(Locale.ROOT) : command;
                }
                out.write(answer(command).getBytes(UTF_8));
            }
        } catch (IOException | RuntimeException e) {
            // the client has gone
        }
    }

    private String answer(String command) {
        return switch (command) {
            case "HELLO" ->
                knowsHello
                        ? "%3\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n" + bulk(version)
                                + "$5\r\nproto\r\n:3\r\n"
                        : "-ERR unknown command `HELLO`, with args beginning with: `3`\r\n";
            case "INFO" -> bulk("# Server\r\nredis_version:" + version + "\r\nrun_id:aged\r\n");
            case "EVAL" -> ":1\r\n";
            case "PING" -> knowsHello ? "+PONG\r\n" : "-ERR unknown command\r\n";
            default -> "-ERR unknown command\r\n";
        };
    }

    private static String bulk(String text) {
        return "$" + text.length() + "\r\n" + text + "\r\n";
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
