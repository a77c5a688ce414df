package dev.mneme.benchmarks.outbox;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.mneme.servers.PostgresServer;
import dev.mneme.servers.RedisServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** An empty database of a PostgreSQL that writes before it acknowledges, a pool of connections to it, an empty Redis. */
final class Servers implements AutoCloseable {

    private static final int POOL = 12;

    private final HikariDataSource pool;
    private final @Nullable CountingDataSource counter;
    private final DataSource database;
    private final RedisServer redis = RedisServer.start();

    Servers(PostgresServer postgres) throws SQLException {
        this(postgres, null);
    }

    private Servers(PostgresServer postgres, @Nullable CountingDataSource counter) throws SQLException {
        var config = new HikariConfig();
        config.setJdbcUrl(postgres.newDatabase());
        config.setMaximumPoolSize(POOL);
        config.setMinimumIdle(POOL);
        this.pool = new HikariDataSource(config);
        this.counter = counter;
        this.database = counter == null ? pool : counter.around(pool);
        run("checkpoint");
    }

    /** Servers whose statements are counted. */
    static Servers counting(PostgresServer postgres) throws SQLException {
        return new Servers(postgres, new CountingDataSource());
    }

    DataSource database() {
        return database;
    }

    /** How many statements were executed, if they are counted. */
    long statements() {
        return counter == null ? 0 : counter.executed();
    }

    String redisUri() {
        return redis.uri();
    }

    void run(String sql) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    String ask(String sql) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(sql)) {
            answer.next();
            return answer.getString(1);
        }
    }

    @Override
    public void close() {
        pool.close();
        redis.close();
    }
}
