package dev.mneme.outbox;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The events of an outbox that were given up: those that left their place, and those that hold their key. Calls ask the
 * database, on the calling thread. Safe for use by many threads.
 */
public final class DeadLetters {

    /** The most events of one list. */
    public static final int MAX_LISTED = 10_000;

    private static final int MAX_PER_SECOND = 10_000;
    private static final int READ_AT_ONCE = 500;

    private record Found(long id, boolean blocks, int lane, DeadEvent dead) {}

    private final Outbox outbox;

    DeadLetters(Outbox outbox) {
        this.outbox = outbox;
    }

    /**
     * The first of them in the order in which they were published.
     *
     * @param limit 1 to {@value #MAX_LISTED}
     * @throws OutboxException if the database does not answer
     */
    public List<DeadEvent> list(DeadSelection which, int limit) {
        Limits.between("limit", limit, 1, MAX_LISTED);
        var found = new ArrayList<DeadEvent>();
        List<Found> page = page(which, 0);
        while (!page.isEmpty() && found.size() < limit) {
            page.stream().limit(limit - found.size()).forEach(one -> found.add(one.dead()));
            page = page(which, page.get(page.size() - 1).id());
        }
        return List.copyOf(found);
    }

    /**
     * How many a {@link #redrive} of the same would send again.
     *
     * @throws OutboxException if the database does not answer
     */
    public long count(DeadSelection which) {
        long count = 0;
        List<Found> page = page(which, 0);
        while (!page.isEmpty()) {
            count += page.size();
            page = page(which, page.get(page.size() - 1).id());
        }
        return count;
    }

    /**
     * Has events delivered again, with all their attempts before them. They keep their ids. One that holds its key goes
     * first of its key; one that left its place comes after what was delivered since.
     *
     * @param perSecond so many at most in a second, 1 to 10,000; this call waits in between
     * @return how many; of those that others redrive or erase at the same time none is counted
     * @throws OutboxException if the database refuses, or the thread is interrupted; what was sent before stays sent
     */
    public long redrive(DeadSelection which, int perSecond) {
        Limits.between("perSecond", perSecond, 1, MAX_PER_SECOND);
        long redriven = 0;
        int thisSecond = 0;
        List<Found> page = page(which, 0);
        while (!page.isEmpty()) {
            for (int from = 0; from < page.size(); from += perSecond) {
                List<Found> some = page.subList(from, Math.min(page.size(), from + perSecond));
                if (thisSecond + some.size() > perSecond) {
                    awaitNextSecond();
                    thisSecond = 0;
                }
                thisSecond += some.size();
                redriven += redrive(some);
            }
            page = page(which, page.get(page.size() - 1).id());
        }
        return redriven;
    }

    private long redrive(List<Found> some) {
        long done = Jdbc.inTransaction(outbox.dataSource(), "dead events could not be redriven", c -> {
            long count = 0;
            for (Found one : some) {
                count += one.blocks() ? unblock(c, one.id()) : putBack(c, one.id());
            }
            // an old id may lie below the floors of the relays
            try (PreparedStatement tell =
                    c.prepareStatement("update mneme_outbox_schema set redrives = redrives + 1")) {
                tell.setQueryTimeout(Dialect.TIMEOUT_SECONDS);
                tell.executeUpdate();
            }
            return count;
        });
        some.forEach(one -> outbox.wake(one.lane()));
        return done;
    }

    private int unblock(Connection c, long id) throws SQLException {
        return update(
                c,
                "update mneme_outbox set attempts = 0, available_at = "
                        + outbox.dialect().now() + " where id = ? and available_at = " + Settlement.NEVER,
                id);
    }

    private int putBack(Connection c, long id) throws SQLException {
        String columns = "id, event_id, topic, tenant, msg_key, order_hash, lane, priority, payload, created_at";
        if (update(c, "update mneme_outbox_dead set attempts = 0 where id = ?", id) == 0) {
            // somebody else was first
            return 0;
        }
        update(
                c,
                "insert into mneme_outbox (" + columns + ", attempts, available_at) select " + columns + ", 0, "
                        + outbox.dialect().now() + " from mneme_outbox_dead where id = ?",
                id);
        return update(c, "delete from mneme_outbox_dead where id = ?", id);
    }

    private static int update(Connection c, String sql, long number) throws SQLException {
        try (PreparedStatement statement = c.prepareStatement(sql)) {
            statement.setQueryTimeout(Dialect.TIMEOUT_SECONDS);
            statement.setLong(1, number);
            return statement.executeUpdate();
        }
    }

    private List<Found> page(DeadSelection which, long after) {
        return Jdbc.call(outbox.dataSource(), "dead events could not be read", c -> {
            var found = new ArrayList<Found>();
            try (PreparedStatement select = c.prepareStatement(select(which))) {
                select.setQueryTimeout(Dialect.TIMEOUT_SECONDS);
                bind(select, which, after);
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        found.add(found(rows));
                    }
                }
            }
            return found;
        });
    }

    private static String select(DeadSelection which) {
        String columns =
                "id, lane, attempts, event_id, topic, tenant, msg_key, priority, payload, last_error, created_at";
        String sql = "select * from (select " + columns + ", false as blocks from mneme_outbox_dead union all select "
                + columns + ", true from mneme_outbox where available_at = " + Settlement.NEVER + ") d where id > ?"
                + " and topic like ?";
        sql += which.ids().isEmpty() ? "" : " and event_id = any (?)";
        sql += which.storedFrom() == null ? "" : " and created_at >= ?";
        sql += which.storedBefore() == null ? "" : " and created_at < ?";
        return sql + " order by id limit " + READ_AT_ONCE;
    }

    private static void bind(PreparedStatement select, DeadSelection which, long after) throws SQLException {
        int next = 1;
        select.setLong(next++, after);
        select.setString(next++, which.topic().replace('*', '%'));
        if (!which.ids().isEmpty()) {
            select.setArray(
                    next++,
                    select.getConnection().createArrayOf("uuid", which.ids().toArray(new UUID[0])));
        }
        for (Instant time : new Instant[] {which.storedFrom(), which.storedBefore()}) {
            if (time != null) {
                select.setObject(next++, OffsetDateTime.ofInstant(time, ZoneOffset.UTC), Types.TIMESTAMP_WITH_TIMEZONE);
            }
        }
    }

    private static Found found(ResultSet row) throws SQLException {
        StoredEvent stored = Rows.stored(row);
        String reason = row.getString(10);
        boolean blocks = row.getBoolean(12);
        var dead = new DeadEvent(
                stored.event(),
                stored.attempts(),
                reason == null ? "" : reason,
                blocks,
                row.getObject(11, OffsetDateTime.class).toInstant());
        return new Found(stored.id(), blocks, stored.lane(), dead);
    }

    private static void awaitNextSecond() {
        try {
            SECONDS.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OutboxException("interrupted between two parts of a redrive; the rest is still dead", e);
        }
    }
}
