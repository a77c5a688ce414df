package dev.mneme.outbox;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Writes what became of a lane's batch, in one transaction that does nothing in another epoch than the batch's. */
final class Settlement {

    /** Later than anything is due: what holds a key without an end. */
    static final String NEVER = "timestamp with time zone '9999-12-31 00:00:00+00'";

    /** A row that the sink rejected. */
    record Failure(long id, long waitMillis, boolean isLast, boolean blocks, String reason) {}

    private static final String COLUMNS = "id, event_id, topic, tenant, msg_key";

    private final DataSource dataSource;
    private final String owner;
    private final boolean keepsDone;
    private final String now;
    private final String later;
    private final @Nullable String removeInEpoch;

    Settlement(DataSource dataSource, Dialect dialect, String owner, boolean keepsDone) {
        this.dataSource = dataSource;
        this.owner = owner;
        this.keepsDone = keepsDone;
        this.now = dialect.now();
        this.later = dialect.later();
        this.removeInEpoch = keepsDone ? null : dialect.removeInEpoch();
    }

    /**
     * Settles a batch whose outcome the sink told.
     *
     * @return false, with nothing done, if the lane is no longer this relay's in this epoch
     * @throws SQLException if it is not known what was done
     */
    boolean settle(int lane, long epoch, List<Long> done, List<Failure> failures) throws SQLException {
        if (removeInEpoch != null && failures.isEmpty()) {
            return removeAtOnce(removeInEpoch, lane, epoch, done);
        }
        return inEpoch(lane, epoch, c -> {
            if (!done.isEmpty()) {
                remove(c, "id = any (?)", "bigint", done.toArray());
            }
            for (Failure failure : failures) {
                fail(c, failure);
            }
        });
    }

    /**
     * As {@link #settle}, for events that the sink named when it was asked.
     *
     * @return how many of them were still there; empty if the lane is no longer this relay's in this epoch
     */
    OptionalInt settleNamed(int lane, long epoch, Collection<UUID> done) throws SQLException {
        var removed = new AtomicInteger();
        boolean current = inEpoch(lane, epoch, c -> {
            if (!done.isEmpty()) {
                removed.set(remove(c, "lane = " + lane + " and event_id = any (?)", "uuid", done.toArray()));
            }
        });
        return current ? OptionalInt.of(removed.get()) : OptionalInt.empty();
    }

    /** What nearly every batch needs: one statement, where a transaction would be several on their way. */
    private boolean removeAtOnce(String sql, int lane, long epoch, List<Long> done) throws SQLException {
        return Jdbc.<Boolean>each(dataSource, c -> {
            try (PreparedStatement remove = c.prepareStatement(sql)) {
                remove.setQueryTimeout(Dialect.TIMEOUT_SECONDS);
                remove.setInt(1, lane);
                remove.setString(2, owner);
                remove.setLong(3, epoch);
                remove.setArray(4, c.createArrayOf("bigint", done.toArray()));
                try (ResultSet fence = remove.executeQuery()) {
                    fence.next();
                    return fence.getInt(1) == 1;
                }
            }
        });
    }

    private interface Writing {
        void run(Connection connection) throws SQLException;
    }

    private boolean inEpoch(int lane, long epoch, Writing writing) throws SQLException {
        return Jdbc.together(dataSource, c -> {
            if (!isCurrent(c, lane, epoch)) {
                return false;
            }
            try {
                writing.run(c);
            } catch (RuntimeException e) {
                throw new SQLException("a batch could not be settled", e);
            }
            return true;
        });
    }

    private boolean isCurrent(Connection c, int lane, long epoch) throws SQLException {
        // the lock keeps a taker out until this transaction has ended
        try (PreparedStatement fence = c.prepareStatement(
                "select lane from mneme_outbox_lane where lane = ? and owner = ? and epoch = ? for update")) {
            fence.setQueryTimeout(Dialect.TIMEOUT_SECONDS);
            fence.setInt(1, lane);
            fence.setString(2, owner);
            fence.setLong(3, epoch);
            try (ResultSet rows = fence.executeQuery()) {
                return rows.next();
            }
        }
    }

    private int remove(Connection c, String which, String type, Object[] values) throws SQLException {
        if (keepsDone) {
            withArray(
                    c,
                    "insert into mneme_outbox_done (" + COLUMNS + ", priority, payload, created_at, done_at) select "
                            + COLUMNS + ", priority, payload, created_at, " + now + " from mneme_outbox where " + which,
                    type,
                    values);
        }
        return withArray(c, "delete from mneme_outbox where " + which, type, values);
    }

    private static int withArray(Connection c, String sql, String type, Object[] values) throws SQLException {
        try (PreparedStatement statement = c.prepareStatement(sql)) {
            statement.setQueryTimeout(Dialect.TIMEOUT_SECONDS);
            statement.setArray(1, c.createArrayOf(type, values));
            return statement.executeUpdate();
        }
    }

    private void fail(Connection c, Failure failure) throws SQLException {
        if (!failure.isLast()) {
            park(c, failure, later, failure.waitMillis());
        } else if (failure.blocks()) {
            park(c, failure, NEVER, -1);
        } else {
            bury(c, failure);
        }
    }

    private static void park(Connection c, Failure failure, String until, long millis) throws SQLException {
        try (PreparedStatement park = c.prepareStatement("update mneme_outbox set available_at = " + until
                + ", attempts = attempts + 1, last_error = ? where id = ?")) {
            park.setQueryTimeout(Dialect.TIMEOUT_SECONDS);
            int next = 1;
            if (millis >= 0) {
                park.setLong(next++, millis);
            }
            park.setString(next++, failure.reason());
            park.setLong(next, failure.id());
            park.executeUpdate();
        }
    }

    private void bury(Connection c, Failure failure) throws SQLException {
        String columns = COLUMNS + ", order_hash, lane, priority, payload, created_at";
        try (PreparedStatement bury = c.prepareStatement("insert into mneme_outbox_dead (" + columns
                        + ", attempts, last_error, died_at) select " + columns + ", attempts + 1, ?, " + now
                        + " from mneme_outbox where id = ?");
                PreparedStatement delete = c.prepareStatement("delete from mneme_outbox where id = ?")) {
            bury.setQueryTimeout(Dialect.TIMEOUT_SECONDS);
            bury.setString(1, failure.reason());
            bury.setLong(2, failure.id());
            bury.executeUpdate();
            delete.setQueryTimeout(Dialect.TIMEOUT_SECONDS);
            delete.setLong(1, failure.id());
            delete.executeUpdate();
        }
    }
}
