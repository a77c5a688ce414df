package dev.mneme.outbox;

import static dev.mneme.events.stream.KitEvents.CODEC;

import dev.mneme.events.Envelope;
import dev.mneme.events.stream.EncodedEvent;
import dev.mneme.events.stream.KitEvents;
import dev.mneme.events.stream.KitEvents.Counted;
import dev.mneme.events.stream.RecordingEventSink;
import dev.mneme.servers.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

/** What tests of the outbox share. */
final class OutboxFixture {

    private OutboxFixture() {}

    static DataSource postgres() {
        DataSource database = pool(PostgresServer.shared().newDatabase());
        OutboxSchema.of(database).create();
        return database;
    }

    /** Connections to a PostgreSQL, which are dear to make. */
    static DataSource pool(String url) {
        return new SmallPool(PostgresServer.dataSource(url), 40);
    }

    static DataSource h2() {
        DataSource database = emptyH2();
        OutboxSchema.of(database).create();
        return database;
    }

    static DataSource emptyH2() {
        return h2("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    }

    static DataSource h2(String address) {
        var database = new JdbcDataSource();
        database.setURL(address);
        return database;
    }

    /** An outbox whose waits are short, and whose topics are ordered. */
    static Outbox.Builder outbox(DataSource database) {
        return Outbox.builder(database, CODEC)
                .topic("kit.*", TopicSettings::orderedByKey)
                .retryWaits(Duration.ofMillis(1), Duration.ofMillis(20));
    }

    /** A relay that takes over after a second, and looks often. */
    static OutboxRelay.Builder relay(Outbox outbox, dev.mneme.events.stream.EventSink sink) {
        return outbox.relayTo(sink).lease(Duration.ofSeconds(1)).pollEvery(Duration.ofMillis(2), Duration.ofMillis(50));
    }

    static Envelope<Counted> event(int number, String key) {
        return KitEvents.counted(number).key(key);
    }

    static void publish(DataSource database, Outbox outbox, Envelope<?>... events) throws SQLException {
        try (Connection c = database.getConnection()) {
            c.setAutoCommit(false);
            for (Envelope<?> event : events) {
                outbox.publish(c, event);
            }
            c.commit();
        }
    }

    static int number(EncodedEvent event) {
        return KitEvents.CODEC
                .decode(event.bytes())
                .fold(
                        known -> known.envelope()
                                .as(Counted.class)
                                .orElseThrow()
                                .data()
                                .number(),
                        unknown -> -1,
                        malformed -> -1);
    }

    static List<Integer> numbers(RecordingEventSink sink) {
        return sink.delivered().stream().map(OutboxFixture::number).toList();
    }

    /** How often an event stands behind a later one of its key. */
    static int inversions(List<EncodedEvent> events) {
        Map<String, Integer> last = new HashMap<>();
        int inversions = 0;
        for (EncodedEvent event : events) {
            int number = number(event);
            Integer before = last.put(event.key().orElse(""), number);
            inversions += before != null && before > number ? 1 : 0;
        }
        return inversions;
    }

    static void run(DataSource database, String sql) throws SQLException {
        try (Connection c = database.getConnection()) {
            run(c, sql);
        }
    }

    static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static long ask(DataSource database, String sql) {
        try (Connection c = database.getConnection();
                Statement statement = c.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
