package dev.mneme.outbox;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Removes what is over: delivered events that were kept for a while, and the ids that inboxes remember. Never an event
 * that is not delivered, however old. It deletes a thousand rows in a transaction, by the database's clock, so that it
 * may run beside the service; the host calls it, for instance every hour.
 */
public final class OutboxCleaner {

    private static final int BATCH = 1_000;
    private static final Duration MONTH = Duration.ofDays(30);

    private final DataSource dataSource;
    private final @Nullable Duration keepDoneFor;

    OutboxCleaner(DataSource dataSource, @Nullable Duration keepDoneFor) {
        this.dataSource = dataSource;
        this.keepDoneFor = keepDoneFor;
    }

    /**
     * Removes delivered events that were kept for longer than the outbox says, and 30 days where it says nothing.
     *
     * @return how many
     * @throws OutboxException if the database refuses; what was removed before stays removed
     */
    public long removeDone() {
        return remove("mneme_outbox_done", "id", "done_at", keepDoneFor == null ? MONTH : keepDoneFor);
    }

    /**
     * Removes ids that inboxes remember for longer than this. An event that is delivered again after so long is handled
     * again.
     *
     * @param age a minute to ten years
     * @return how many
     * @throws OutboxException if the database refuses
     */
    public long forgetHandled(Duration age) {
        Limits.duration("age", age, Duration.ofMinutes(1), Duration.ofDays(3650));
        return remove("mneme_inbox", "(consumer, event_id)", "seen_at", age);
    }

    private long remove(String table, String key, String time, Duration age) {
        long removed = 0;
        long batch;
        do {
            batch = Jdbc.call(dataSource, "old rows could not be removed", c -> removeBatch(c, table, key, time, age));
            removed += batch;
        } while (batch == BATCH);
        return removed;
    }

    private static long removeBatch(Connection connection, String table, String key, String time, Duration age)
            throws SQLException {
        String columns = key.replaceAll("[()]", "");
        try (PreparedStatement delete = connection.prepareStatement("delete from " + table + " where " + key
                + " in (select " + columns + " from " + table + " where " + time + " < " + earlier(connection)
                + " order by "
                + time + " limit " + BATCH + ")")) {
            delete.setQueryTimeout(Dialect.TIMEOUT_SECONDS);
            delete.setLong(1, -age.toMillis());
            return delete.executeUpdate();
        }
    }

    private static String earlier(Connection connection) throws SQLException {
        return Dialect.of(connection).later();
    }
}
