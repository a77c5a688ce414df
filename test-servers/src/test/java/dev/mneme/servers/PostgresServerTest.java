package dev.mneme.servers;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class PostgresServerTest {

    @Test
    void databasesAreApart() throws SQLException {
        PostgresServer server = PostgresServer.shared();
        DataSource first = PostgresServer.dataSource(server.newDatabase());
        DataSource second = PostgresServer.dataSource(server.newDatabase());
        run(first, "create table notes(id int)");
        run(second, "create table notes(id int)");
        run(first, "insert into notes values (1)");
        assertThat(ask(first, "select count(*) from notes")).isEqualTo("1");
        assertThat(ask(second, "select count(*) from notes")).isEqualTo("0");
        assertThat(PostgresServer.shared()).isSameAs(server);
    }

    @Test
    void aDurableServerHasEachCommitOnDisk() throws SQLException {
        try (PostgresServer server = PostgresServer.start(true)) {
            DataSource database = PostgresServer.dataSource(server.newDatabase());
            assertThat(ask(database, "show fsync")).isEqualTo("on");
            assertThat(ask(database, "show synchronous_commit")).isEqualTo("on");
        }
    }

    private static void run(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String ask(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }
}
