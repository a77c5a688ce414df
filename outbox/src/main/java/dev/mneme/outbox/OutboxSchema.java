package dev.mneme.outbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import javax.sql.DataSource;

/**
 * The tables of outbox and inbox in one database. Their statements are meant for the host's own migrations; {@link
 * #create} is for tests and for hosts that have none.
 */
public final class OutboxSchema {

    /** The version of the tables that this release works on. */
    public static final int VERSION = 1;

    /** How SQL states of names that do not exist begin. */
    private static final String UNKNOWN_NAME = "42";

    private final DataSource dataSource;
    private final Dialect dialect;

    private OutboxSchema(DataSource dataSource, Dialect dialect) {
        this.dataSource = dataSource;
        this.dialect = dialect;
    }

    /**
     * The schema for this database, whether it has it or not.
     *
     * @throws OutboxSchemaException if the database is none that an outbox works on
     * @throws OutboxException if the database cannot be asked
     */
    public static OutboxSchema of(DataSource dataSource) {
        requireNonNull(dataSource, "dataSource");
        try (Connection connection = dataSource.getConnection()) {
            return new OutboxSchema(dataSource, Dialect.of(connection));
        } catch (SQLException e) {
            throw new OutboxException("the database could not be asked what it is", e);
        }
    }

    /** The statements that make the tables, separated by semicolons, for a migration of the host's. */
    public String ddl() {
        try (InputStream file = requireNonNull(OutboxSchema.class.getResourceAsStream(dialect.ddl()))) {
            return new String(file.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Makes the tables, in one transaction where the database can do that.
     *
     * @throws OutboxException if the database refuses, for instance because there are tables of these names
     */
    public void create() {
        Jdbc.<Boolean>inTransaction(dataSource, "the outbox's tables could not be made", connection -> {
            try (Statement statement = connection.createStatement()) {
                for (String command : statements()) {
                    statement.execute(command);
                }
            }
            return true;
        });
    }

    /**
     * Looks whether an outbox can work here.
     *
     * @throws OutboxSchemaException with what to do, if the tables are missing or of another version, or the database
     *     may lose what it acknowledged
     * @throws OutboxException if the database cannot be asked
     */
    public void check() {
        int found = Jdbc.call(dataSource, "the outbox's schema could not be checked", connection -> {
            dialect.checkDurable(connection);
            return version(connection);
        });
        if (found == 0) {
            throw new OutboxSchemaException("the database must have the tables of an outbox, had none: apply"
                    + " OutboxSchema.ddl() in a migration, or call OutboxSchema.create() once");
        }
        if (found != VERSION) {
            throw new OutboxSchemaException("the outbox's tables must have version " + VERSION + ", had " + found
                    + ": bring the tables or this library to the other's version");
        }
    }

    Dialect dialect() {
        return dialect;
    }

    private static int version(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet versions = statement.executeQuery("select max(version) from mneme_outbox_schema")) {
            versions.next();
            return versions.getInt(1);
        } catch (SQLException e) {
            if (String.valueOf(e.getSQLState()).startsWith(UNKNOWN_NAME)) {
                return 0;
            }
            throw e;
        }
    }

    private List<String> statements() {
        String commands = ddl().replaceAll("(?m)^--.*$", "");
        return Arrays.stream(commands.split(";"))
                .map(String::strip)
                .filter(command -> !command.isEmpty())
                .toList();
    }
}
