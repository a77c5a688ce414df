package dev.mneme.examples.delivery;

import dev.mneme.events.stream.EventHandler;
import dev.mneme.memory.redis.Redis;
import dev.mneme.memory.redis.stream.RedisEventStream;
import dev.mneme.outbox.JdbcInbox;
import dev.mneme.servers.PostgresServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.UUID;
import javax.sql.DataSource;

/** A process that indexes notes: each once, however often it is told of it. */
final class Indexer {

    private Indexer() {}

    public static void main(String... arguments) throws Exception {
        DataSource database = PostgresServer.dataSource(arguments[0]);
        EventHandler<NoteTaken> index = JdbcInbox.on(database, Host.GROUP)
                .once((connection, event) -> add(connection, event.data().noteId()));
        try (Redis redis = Redis.connect(arguments[1]);
                RedisEventStream events = Host.events(redis)) {
            events.group(Host.GROUP).maxConcurrency(4).subscribe(NoteTaken.class, event -> {
                // only this example counts deliveries; a host needs the inbox alone
                count(database, event.id(), arguments[2]);
                index.handle(event);
            });
            Host.serve();
        }
    }

    private static void add(Connection connection, String note) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into note_index values (?)")) {
            insert.setString(1, note);
            insert.executeUpdate();
        }
    }

    private static void count(DataSource database, UUID event, String indexer) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement insert = connection.prepareStatement("insert into delivery values (?, ?)")) {
            insert.setObject(1, event);
            insert.setString(2, indexer);
            insert.executeUpdate();
        }
    }
}
