package dev.mneme.outbox;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What differs between databases; all other statements are the same. */
interface Dialect {

    /** As long as any statement of ours may take. */
    int TIMEOUT_SECONDS = 30;

    /**
     * The dialect of the database behind a connection.
     *
     * @throws OutboxSchemaException if it is none that an outbox works on
     */
    static Dialect of(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName().toLowerCase(Locale.ROOT);
        int major = connection.getMetaData().getDatabaseMajorVersion();
        if (product.equals("postgresql") && major >= 12) {
            return new PostgresDialect();
        }
        if (product.equals("h2") && major >= 2) {
            return new H2Dialect();
        }
        throw new OutboxSchemaException(
                "an outbox needs PostgreSQL 12 or H2 2.2, or newer, the database is " + product + ' ' + major);
    }

    /** The file of the schema's statements, beside this class. */
    String ddl();

    /**
     * Refuses a database that would lose what it acknowledged.
     *
     * @throws OutboxSchemaException with what to change
     */
    void checkDurable(Connection connection) throws SQLException;

    /** The database's clock, in an expression. */
    String now();

    /** The database's clock a number of milliseconds later, which is the one parameter of the expression. */
    String later();

    /**
     * One statement that deletes rows by their ids if a lane is an owner's in an epoch, and says so by a one, else by a
     * zero; null where that takes a transaction. Its parameters: lane, owner, epoch, ids.
     */
    @Nullable
    String removeInEpoch();

    /** Waits for the lock of a key, and keeps it until the transaction ends. */
    void lockKey(Connection connection, long orderHash) throws SQLException;

    /** Gives the transaction its id, then the row its own, and stores the row. */
    void insert(Connection connection, OutboxRow row) throws SQLException;

    /**
     * The rows that are due in each lane and priority, in the order of their ids; rows of a key that waits for an earlier
     * one are left out. All are judged by one time, and none is written to.
     */
    List<StoredEvent> fetch(Connection connection, List<LaneAsk> asks) throws SQLException;

    /** The present moment of the table; null where there is no floor. */
    @Nullable
    FloorNote note(Connection connection) throws SQLException;

    /**
     * The value to which the floor of a lane may rise; empty as long as a transaction of the note's time is open.
     *
     * @param floor the lane's present floor
     */
    OptionalLong risenFloor(Connection connection, int lane, long floor, FloorNote note) throws SQLException;

    /** Remembers an event of a consumer in this transaction, and answers whether it was new. */
    boolean remember(Connection connection, String consumer, java.util.UUID event, Duration maxWait)
            throws SQLException;
}
