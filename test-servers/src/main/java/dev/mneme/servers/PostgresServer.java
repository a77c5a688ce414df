package dev.mneme.servers;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL on a free port of 127.0.0.1, with a superuser {@code postgres} who needs no password.
 *
 * <p>It runs on Linux and macOS, also as root where user namespaces are allowed. Its files lie in the temp folder; its
 * data are deleted when it is closed or the JVM exits. Safe for use by many threads.
 */
public final class PostgresServer implements AutoCloseable {

    private static final ReentrantLock LOCK = new ReentrantLock();
    private static final AtomicInteger DATABASES = new AtomicInteger();

    /** Guarded by the lock. */
    private static @Nullable PostgresServer shared;

    private final EmbeddedPostgres postgres;

    private PostgresServer(EmbeddedPostgres postgres) {
        this.postgres = postgres;
    }

    /**
     * The server that all tests of this JVM share, each in a database of its own; started by the first, and ended with
     * the JVM. It acknowledges commits before they are on disk.
     *
     * @throws ServerException if there is no PostgreSQL for this platform, or it does not start
     */
    public static PostgresServer shared() {
        LOCK.lock();
        try {
            if (shared == null) {
                shared = start(false);
            }
            return shared;
        } finally {
            LOCK.unlock();
        }
    }

    /**
     * Starts a server of one's own.
     *
     * @param durable whether a commit is on disk before it is acknowledged, as in production; slower
     * @throws ServerException if there is no PostgreSQL for this platform, or it does not start
     */
    public static PostgresServer start(boolean durable) {
        String onOrOff = durable ? "on" : "off";
        try {
            return new PostgresServer(EmbeddedPostgres.builder()
                    .setServerConfig("fsync", onOrOff)
                    .setServerConfig("synchronous_commit", onOrOff)
                    .start());
        } catch (IOException | RuntimeException e) {
            throw new ServerException("PostgreSQL could not be started; is there one for this platform?", e);
        }
    }

    /** The JDBC address of a new, empty database, for this process or another. */
    public String newDatabase() {
        String name = "test" + DATABASES.incrementAndGet();
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + name);
        } catch (SQLException e) {
            throw new ServerException("database " + name + " could not be created", e);
        }
        return postgres.getJdbcUrl("postgres", name);
    }

    /** Connections to a database of such an address, each a new one. */
    public static DataSource dataSource(String url) {
        return new DriverDataSource(url);
    }

    public int port() {
        return postgres.getPort();
    }

    @Override
    public void close() {
        try {
            postgres.close();
        } catch (IOException e) {
            throw new ServerException("PostgreSQL on port " + port() + " could not be stopped", e);
        }
    }

    @Override
    public String toString() {
        return "PostgresServer on port " + port();
    }
}
