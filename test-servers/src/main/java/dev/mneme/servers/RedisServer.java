package dev.mneme.servers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A real Redis server on a free port of 127.0.0.1, with nothing on disk unless told so.
 *
 * <p>It can be killed, restarted on its port, and paused, as servers are by fate. Closing it ends its process, paused
 * or not, and deletes its files. Safe for use by many threads.
 */
public final class RedisServer implements AutoCloseable {

    private static final int ATTEMPTS = 5;

    private final RedisProcess process;
    private final @Nullable String password;

    private RedisServer(RedisProcess process, @Nullable String password) {
        this.process = process;
        this.password = password;
    }

    /**
     * Starts a server that keeps nothing on disk, and waits until it answers.
     *
     * @throws ServerException if there is no Redis for this platform, or it does not start
     */
    public static RedisServer start() {
        return builder().start();
    }

    public static Builder builder() {
        return new Builder();
    }

    public int port() {
        return process.port();
    }

    /** {@code redis://127.0.0.1:port}, with the password if there is one. */
    public String uri() {
        return "redis://" + userInfo() + "127.0.0.1:" + port();
    }

    /**
     * The id of its process.
     *
     * @throws ServerException if it does not run
     */
    public long pid() {
        return process.pid();
    }

    /** Whether it runs and is not paused. */
    public boolean isUp() {
        return process.isUp();
    }

    /**
     * Ends the process as {@code kill -9} does, and returns when it is gone. What was acknowledged is on disk if the
     * server is {@linkplain Builder#appendOnly() append-only}, and lost if not. Does nothing if it does not run.
     */
    public void kill() {
        process.kill();
    }

    /**
     * Starts the server again on its port with what its append-only file holds, and waits until it answers. One that
     * runs is killed first. Settings made by {@code CONFIG SET} are gone.
     */
    public void restart() {
        process.kill();
        process.start();
    }

    /**
     * Stops the process as {@code SIGSTOP} does: connections stay, new ones are accepted by the system, and nothing is
     * answered until {@link #resume()}.
     *
     * @throws ServerException if it does not run
     */
    public void pause() {
        process.pause();
    }

    /**
     * Lets a paused process run on; what was sent to it meanwhile is answered now.
     *
     * @throws ServerException if it does not run
     */
    public void resume() {
        process.resume();
    }

    /**
     * Sends one command on a connection of its own and waits at most ten seconds for the reply.
     *
     * @return the reply, as {@link RespConnection} gives it in RESP2
     * @throws ServerException if the server answers with an error, which is then the message, or does not answer
     */
    public @Nullable Object command(String... words) {
        return process.command(words);
    }

    /** A new connection to it, with the password given, for what needs more than one command. */
    public RespConnection connect() {
        return process.connect();
    }

    /**
     * A section of {@code INFO}, or a part of one that has a name.
     *
     * @return the values by their names, sorted
     */
    public Map<String, String> info(String section) {
        Map<String, String> values = new TreeMap<>();
        String text = String.valueOf(command("INFO", section));
        text.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0) {
                values.put(line.substring(0, colon), line.substring(colon + 1));
            }
        });
        return values;
    }

    @Override
    public void close() {
        process.close();
    }

    @Override
    public String toString() {
        return "RedisServer on port " + port();
    }

    String userInfo() {
        return password == null ? "" : ":" + password + "@";
    }

    RedisProcess process() {
        return process;
    }

    /** What a server is started with. */
    public static final class Builder {

        private final List<String> lines = new ArrayList<>(List.of("save \"\"", "protected-mode no"));
        private @Nullable String password;

        private Builder() {}

        /** Has every write on disk before it is acknowledged, so that it survives {@link RedisServer#kill()}. */
        public Builder appendOnly() {
            return setting("appendonly yes").setting("appendfsync always");
        }

        /**
         * Asks every client for a password.
         *
         * @param password of letters and digits, because it also stands in the URI and in the configuration
         */
        public Builder password(String password) {
            if (!password.matches("[A-Za-z0-9]+")) {
                throw new IllegalArgumentException("password must be letters and digits, was something else");
            }
            this.password = password;
            return setting("requirepass " + password).setting("masterauth " + password);
        }

        /** Adds a line to the configuration, such as {@code maxmemory 10mb}; of two for one setting the later holds. */
        public Builder setting(String line) {
            lines.add(line);
            return this;
        }

        /**
         * Starts the server and waits until it answers.
         *
         * @throws ServerException if there is no Redis for this platform, or it does not start with these settings
         */
        public RedisServer start() {
            RedisServer server = create(FreePorts.next());
            for (int attempt = 1; ; attempt++) {
                try {
                    server.process.start();
                    return server;
                } catch (ServerException e) {
                    server.close();
                    // another JVM may have taken the port between the look and the start
                    if (attempt == ATTEMPTS || !String.valueOf(e.getMessage()).contains("in use")) {
                        throw e;
                    }
                    server = create(FreePorts.next());
                }
            }
        }

        /** A server that is not started yet. */
        RedisServer create(int port) {
            return new RedisServer(RedisProcess.create(port, lines, List.of(), password), password);
        }
    }
}
