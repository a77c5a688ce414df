package dev.mneme.outbox;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Work on connections of a data source, which get back as they were. */
final class Jdbc {

    /** Work on a connection. */
    @FunctionalInterface
    interface Work<T extends @Nullable Object> {
        T run(Connection connection) throws SQLException;
    }

    private Jdbc() {}

    /** Runs the work with auto-commit: each statement is a transaction. */
    static <T extends @Nullable Object> T each(DataSource dataSource, Work<T> work) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            boolean before = connection.getAutoCommit();
            connection.setAutoCommit(true);
            try {
                return work.run(connection);
            } finally {
                restore(connection, before);
            }
        }
    }

    /** Runs the work in a transaction of its own, which lasts if the work returns. */
    static <T extends @Nullable Object> T together(DataSource dataSource, Work<T> work) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            boolean before = connection.getAutoCommit();
            connection.setAutoCommit(false);
            boolean done = false;
            try {
                T value = work.run(connection);
                connection.commit();
                done = true;
                return value;
            } finally {
                if (!done) {
                    rollback(connection);
                }
                restore(connection, before);
            }
        }
    }

    /** @throws OutboxException with this message if the database refuses */
    static <T extends @Nullable Object> T call(DataSource dataSource, String otherwise, Work<T> work) {
        try {
            return each(dataSource, work);
        } catch (SQLException e) {
            throw new OutboxException(otherwise, e);
        }
    }

    /** @throws OutboxException with this message if the database refuses */
    static <T extends @Nullable Object> T inTransaction(DataSource dataSource, String otherwise, Work<T> work) {
        try {
            return together(dataSource, work);
        } catch (SQLException e) {
            throw new OutboxException(otherwise, e);
        }
    }

    /** What led here is what the caller is to hear of, not that the connection is gone with it. */
    static void rollback(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException gone) {
            // closing it ends the transaction, too
        }
    }

    private static void restore(Connection connection, boolean autoCommit) {
        try {
            connection.setAutoCommit(autoCommit);
        } catch (SQLException gone) {
            // a connection that is gone is not given to anybody again
        }
    }
}
