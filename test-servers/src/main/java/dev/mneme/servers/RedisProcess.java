package dev.mneme.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A process of the Redis binary on one port, with a folder of its own for its configuration, log and data.
 *
 * <p>Neither outlives the JVM: a shutdown hook ends what is still open, and if the JVM itself is killed, a shell that
 * waits for the end of its input does.
 */
final class RedisProcess implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String CONFIG = "redis.conf";
    private static final String LOG = "redis.log";
    private static final Set<RedisProcess> OPEN = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> OPEN.forEach(RedisProcess::close), "redis-shutdown"));
    }

    private final int port;
    private final Path dir;
    private final List<String> arguments;
    private final @Nullable String password;

    // guarded by the lock
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Process process;
    private @Nullable Process guard;
    private boolean paused;
    private boolean closed;

    private RedisProcess(int port, Path dir, List<String> arguments, @Nullable String password) {
        this.port = port;
        this.dir = dir;
        this.arguments = arguments;
        this.password = password;
    }

    /**
     * A process that is not started yet.
     *
     * @param lines of the configuration file, without the port and the folder
     * @param arguments behind the name of the configuration file
     */
    static RedisProcess create(int port, List<String> lines, List<String> arguments, @Nullable String password) {
        try {
            Path dir = Files.createTempDirectory("mneme-redis-" + port + "-");
            Stream<String> place = Stream.of("port " + port, "bind 127.0.0.1", "dir \"" + dir + "\"");
            Files.write(
                    dir.resolve(CONFIG), Stream.concat(place, lines.stream()).toList());
            return new RedisProcess(port, dir, arguments, password);
        } catch (IOException e) {
            throw new ServerException("cannot write the configuration of a Redis server", e);
        }
    }

    int port() {
        return port;
    }

    Path dir() {
        return dir;
    }

    /** Starts the process and waits until it answers; the configuration file is left as the server last wrote it. */
    void start() {
        lock.lock();
        try {
            launch();
        } finally {
            lock.unlock();
        }
        awaitAnswer();
    }

    /** Starts the process and does not wait. */
    void launch() {
        lock.lock();
        try {
            if (closed) {
                throw new ServerException("the server on port " + port + " is closed");
            }
            if (process != null && process.isAlive()) {
                throw new ServerException("the server on port " + port + " already runs");
            }
            OPEN.add(this);
            String[] command = Stream.concat(Stream.of(RedisBinary.path().toString(), CONFIG), arguments.stream())
                    .toArray(String[]::new);
            Process started = new ProcessBuilder(command)
                    .directory(dir.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(
                            ProcessBuilder.Redirect.appendTo(dir.resolve(LOG).toFile()))
                    .start();
            process = started;
            guard = guard(started.pid());
            paused = false;
        } catch (IOException e) {
            throw RedisBinary.unusable(e);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the started process answers. */
    void awaitAnswer() {
        if (!Waiting.until(PATIENCE, () -> !isAlive() || answers()) || !isAlive()) {
            String tail = tailOfLog();
            kill();
            throw new ServerException("Redis did not start on port " + port + "; the end of its log: " + tail);
        }
    }

    boolean isAlive() {
        lock.lock();
        try {
            return process != null && process.isAlive();
        } finally {
            lock.unlock();
        }
    }

    /** Whether it runs and is not paused. */
    boolean isUp() {
        lock.lock();
        try {
            return process != null && process.isAlive() && !paused;
        } finally {
            lock.unlock();
        }
    }

    long pid() {
        lock.lock();
        try {
            if (process == null) {
                throw new ServerException("the server on port " + port + " does not run");
            }
            return process.pid();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the process at once, paused or not, and waits until it is gone. */
    void kill() {
        lock.lock();
        try {
            end(process);
            end(guard);
            process = null;
            guard = null;
            paused = false;
        } finally {
            lock.unlock();
        }
    }

    void pause() {
        signal("STOP", true);
    }

    void resume() {
        signal("CONT", false);
    }

    RespConnection connect() {
        RespConnection connection = RespConnection.open(port);
        try {
            if (password != null) {
                connection.command("AUTH", password);
            }
            return connection;
        } catch (ServerException e) {
            connection.close();
            throw e;
        }
    }

    @Nullable
    Object command(String... words) {
        try (RespConnection connection = connect()) {
            return connection.command(words);
        }
    }

    /** Kills the process and deletes its folder. */
    @Override
    public void close() {
        lock.lock();
        try {
            kill();
            closed = true;
            delete(dir);
            OPEN.remove(this);
        } finally {
            lock.unlock();
        }
    }

    /** Whether it has loaded its data, and whoever answers on the port is this process and no other. */
    private boolean answers() {
        return "PONG".equals(command("PING"))
                && String.valueOf(command("INFO", "server")).contains("process_id:" + pid() + "\r");
    }

    private void signal(String name, boolean pausing) {
        lock.lock();
        try {
            if (!isAlive()) {
                throw new ServerException("the server on port " + port + " does not run");
            }
            Process kill = new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + pid()).start();
            if (!kill.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || kill.exitValue() != 0) {
                throw new ServerException("cannot send SIG" + name + " to the server on port " + port);
            }
            paused = pausing;
        } catch (IOException e) {
            throw new ServerException("cannot send SIG" + name + " to the server on port " + port, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServerException("interrupted while sending SIG" + name, e);
        } finally {
            lock.unlock();
        }
    }

    /** A shell whose input ends with this JVM, however that ends; it then kills the server and deletes the files. */
    private Process guard(long pid) throws IOException {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "read line; kill -9 $0; rm -rf \"$@\""));
        command.add(Long.toString(pid));
        command.add(dir.toString());
        RedisBinary.unpacked().forEach(unpacked -> command.add(unpacked.toString()));
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void end(@Nullable Process process) {
        if (process == null) {
            return;
        }
        process.destroyForcibly();
        boolean interrupted = false;
        // it takes no time and must be done, even for a caller that was interrupted
        while (process.isAlive()) {
            try {
                if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    throw new ServerException("process " + process.pid() + " does not die");
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private String tailOfLog() {
        try {
            List<String> lines = Files.readAllLines(dir.resolve(LOG));
            return String.join(" | ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
        } catch (IOException e) {
            return "cannot be read";
        }
    }

    private static void delete(Path dir) {
        if (!Files.exists(dir)) {
            return;
        }
        try (Stream<Path> files = Files.walk(dir)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new ServerException("cannot delete the folder of a Redis server", e);
        }
    }
}
