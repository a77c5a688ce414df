package dev.mneme.memory.redis.promise;

import dev.mneme.servers.RedisServer;
import dev.mneme.servers.RespConnection;
import dev.mneme.servers.ServerException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Every command a server carries out, as its MONITOR tells them. */
final class WatchedCommands implements AutoCloseable {

    private final RedisServer server;
    private final RespConnection connection;
    private final Thread reader;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    WatchedCommands(RedisServer server) {
        this.server = server;
        connection = server.connect();
        connection.command("MONITOR");
        reader = new Thread(this::read, "watched-commands");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try {
            while (true) {
                lines.add(String.valueOf(connection.read()).toLowerCase(Locale.ROOT));
            }
        } catch (ServerException e) {
            // closed, or nothing more comes
        }
    }

    /** Returns once all is seen that was carried out before the call. */
    void catchUp() {
        String mark = "mark-" + UUID.randomUUID();
        server.command("ECHO", mark);
        HostNode.until("the mark was seen", () -> lines.stream().anyMatch(line -> line.contains(mark)));
    }

    /** What was seen, in small letters. */
    List<String> lines() {
        return List.copyOf(lines);
    }

    void forget() {
        lines.clear();
    }

    /** Reads of values, one for each round trip; heartbeats read versions and are not among them. */
    long reads() {
        return readsOfValues().count();
    }

    /** As {@link #reads}, by the hash tag of their first key; "" if it has none. */
    Map<String, Long> readsByHashTag() {
        return readsOfValues().collect(Collectors.groupingBy(WatchedCommands::hashTag, Collectors.counting()));
    }

    private Stream<String> readsOfValues() {
        return lines.stream()
                .filter(line -> line.contains("\"mget\"") || line.contains("\"get\""))
                .filter(line -> line.contains(":d:") && !line.contains(" lua]"));
    }

    private static String hashTag(String line) {
        int from = line.indexOf('{');
        return from < 0 ? "" : line.substring(from, line.indexOf('}', from) + 1);
    }

    /** Scripts sent by clients. */
    long scripts() {
        return lines.stream()
                .filter(line -> line.contains("\"evalsha\"") || line.contains("\"eval\""))
                .count();
    }

    long published() {
        return lines.stream().filter(line -> line.contains("\"publish\"")).count();
    }

    @Override
    public void close() {
        connection.close();
    }
}
