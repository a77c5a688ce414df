package dev.mneme.outbox;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Who owns which lane, and which relays live. A lane changes hands by raising its epoch from the value that was seen, so
 * of several takers one succeeds, and a statement that is executed late changes nothing.
 */
final class LaneTable {

    /** A lane as it stands in the table, and how often events came back under old ids, in any lane. */
    record Entry(int lane, @Nullable String owner, long epoch, long redrives, boolean isExpired) {}

    private final DataSource dataSource;
    private final String now;
    private final String later;
    private final String owner;
    private final Duration lease;

    LaneTable(DataSource dataSource, Dialect dialect, String owner, Duration lease) {
        this.dataSource = dataSource;
        this.now = dialect.now();
        this.later = dialect.later();
        this.owner = owner;
        this.lease = lease;
    }

    /** Says that this relay lives, and keeps its lanes for another lease. */
    void renew(boolean reachesSink) throws SQLException {
        Jdbc.each(dataSource, c -> {
            int known = update(
                    c,
                    "update mneme_outbox_relay set expires_at = " + later + ", reaches_sink = ? where id = ?",
                    lease.toMillis(),
                    reachesSink,
                    owner);
            if (known == 0) {
                update(c, "delete from mneme_outbox_relay where expires_at < " + now);
                update(
                        c,
                        "insert into mneme_outbox_relay (expires_at, reaches_sink, id) values (" + later + ", ?, ?)",
                        lease.toMillis(),
                        reachesSink,
                        owner);
            }
            return update(
                    c,
                    "update mneme_outbox_lane set lease_until = " + later + " where owner = ?",
                    lease.toMillis(),
                    owner);
        });
    }

    List<Entry> lanes() throws SQLException {
        return Jdbc.each(dataSource, c -> {
            var lanes = new ArrayList<Entry>();
            try (PreparedStatement read = c.prepareStatement("select lane, owner, epoch, (select max(redrives) from"
                    + " mneme_outbox_schema), lease_until < " + now + " from mneme_outbox_lane order by lane")) {
                read.setQueryTimeout(Dialect.TIMEOUT_SECONDS);
                try (ResultSet rows = read.executeQuery()) {
                    while (rows.next()) {
                        lanes.add(new Entry(
                                rows.getInt(1),
                                rows.getString(2),
                                rows.getLong(3),
                                rows.getLong(4),
                                rows.getBoolean(5)));
                    }
                }
            }
            return lanes;
        });
    }

    /** How many other relays live and reach the sink. */
    int healthyOthers() throws SQLException {
        return Jdbc.each(dataSource, c -> {
            try (PreparedStatement count =
                    c.prepareStatement("select count(*) from mneme_outbox_relay where id <> ? and reaches_sink"
                            + " and expires_at > " + now)) {
                count.setQueryTimeout(Dialect.TIMEOUT_SECONDS);
                count.setString(1, owner);
                try (ResultSet rows = count.executeQuery()) {
                    rows.next();
                    return rows.getInt(1);
                }
            }
        });
    }

    /** Takes a lane that nobody holds, or that this relay holds without knowing its state. */
    boolean claim(int lane, long seenEpoch) throws SQLException {
        return 1
                == Jdbc.<Integer>each(
                        dataSource,
                        c -> update(
                                c,
                                "update mneme_outbox_lane set lease_until = " + later
                                        + ", owner = ?, epoch = epoch + 1 where lane = ? and epoch = ?"
                                        + " and (owner = ? or lease_until < " + now + ")",
                                lease.toMillis(),
                                owner,
                                lane,
                                seenEpoch,
                                owner));
    }

    /** Raises the epoch of a lane that this relay owns above one that was found in the sink. */
    boolean raise(int lane, long epoch, long to) throws SQLException {
        return 1
                == Jdbc.<Integer>each(
                        dataSource,
                        c -> update(
                                c,
                                "update mneme_outbox_lane set epoch = ? where lane = ? and owner = ? and epoch = ?",
                                to,
                                lane,
                                owner,
                                epoch));
    }

    /** Lets a lane go; nothing of it may be under way. */
    void release(int lane, long epoch) throws SQLException {
        Jdbc.<Integer>each(
                dataSource,
                c -> update(
                        c,
                        "update mneme_outbox_lane set owner = null, lease_until = " + now
                                + " where lane = ? and owner = ? and epoch = ?",
                        lane,
                        owner,
                        epoch));
    }

    /** Says that this relay lives no more. */
    void leave() throws SQLException {
        Jdbc.<Integer>each(dataSource, c -> update(c, "delete from mneme_outbox_relay where id = ?", owner));
    }

    private static int update(Connection connection, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setQueryTimeout(Dialect.TIMEOUT_SECONDS);
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            return statement.executeUpdate();
        }
    }
}
