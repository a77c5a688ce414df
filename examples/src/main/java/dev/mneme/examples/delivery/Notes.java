package dev.mneme.examples.delivery;

import dev.mneme.Tenant;
import dev.mneme.events.Envelope;
import dev.mneme.outbox.Outbox;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;

/** The notes in the database; each is saved together with the event that tells of it. */
final class Notes {

    static final String DDL =
            "create table note (id varchar(80) primary key, agent varchar(80) not null, text varchar(10000));"
                    + "create table note_index (note varchar(80) primary key);"
                    + "create table delivery (event uuid not null, indexer varchar(80) not null)";

    private final DataSource database;
    private final Outbox outbox;

    Notes(DataSource database) {
        this.database = database;
        this.outbox = Host.outbox(database);
    }

    /** Saves a note, or thinks better of it at the last moment; the event has the note's fate. */
    void take(String id, String agent, String text, boolean change) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            insert(connection, id, agent, text);
            outbox.publish(
                    connection,
                    Envelope.of(new NoteTaken(id, text))
                            .source("/notes")
                            .tenant(Tenant.of("acme"))
                            .key(agent));
            if (change) {
                connection.rollback();
            } else {
                connection.commit();
            }
        }
    }

    private static void insert(Connection connection, String id, String agent, String text) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into note values (?, ?, ?)")) {
            insert.setString(1, id);
            insert.setString(2, agent);
            insert.setString(3, text);
            insert.executeUpdate();
        }
    }
}
