package dev.mneme.outbox;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Function;

/** PostgreSQL 12 and newer. */
final class PostgresDialect implements Dialect {

    /** Apart from advisory locks of the host. */
    private static final long LOCKS = 0x6d6e656d656f7574L;

    // txid_current() comes before nextval(): the row of the first part is needed to reach the second
    private static final String INSERT = """
        with writer as materialized (select txid_current() as id)
        insert into mneme_outbox (id, event_id, topic, tenant, msg_key, order_hash, lane, priority, payload,
            attempts, available_at, created_at)
        select nextval('mneme_outbox_id'), ?::uuid, ?::varchar, ?::varchar, ?::varchar, ?::bigint, ?::smallint,
            ?::smallint, ?::bytea, 0, clock_timestamp() + ?::bigint * interval '1 millisecond', clock_timestamp()
        from writer where writer.id is not null\
        """;

    static final String FETCH = """
        select e.id, e.lane, e.attempts, e.event_id, e.topic, e.tenant, e.msg_key, e.priority, e.payload
        from unnest(?::smallint[], ?::smallint[], ?::bigint[], ?::int[]) as ask (lane, priority, lowest, quota)
        cross join lateral (
            select * from mneme_outbox r
            where r.lane = ask.lane and r.priority = ask.priority and r.id >= ask.lowest
                and r.available_at <= statement_timestamp()
                and (r.order_hash is null or not exists (
                    select 1 from mneme_outbox p
                    where p.order_hash = r.order_hash and p.priority = r.priority and p.attempts > 0
                        and p.id < r.id and p.available_at > statement_timestamp()))
            order by r.id limit ask.quota) e
        order by e.lane, e.priority, e.id\
        """;

    // nothing may be noted before the last id is read
    private static final String NOTE = """
        with ids as materialized (select last_value as id from mneme_outbox_id)
        select ids.id, txid_current() from ids\
        """;

    // both parts see the same snapshot: what had ended before it is in the rows that remain
    private static final String RISE = """
        select txid_snapshot_xmin(txid_current_snapshot()) > ?,
            (select min(m.id) from unnest(array[0, 1, 2, 3]::smallint[]) as p (priority)
                cross join lateral (select r.id from mneme_outbox r
                    where r.lane = ? and r.priority = p.priority and r.id >= ? order by r.id limit 1) m)\
        """;

    // the lock keeps a taker out until the rows are gone
    private static final String REMOVE = """
        with fence as materialized (
            select lane from mneme_outbox_lane where lane = ? and owner = ? and epoch = ? for update),
        gone as (delete from mneme_outbox where id = any (?) and exists (select 1 from fence))
        select count(*) from fence\
        """;

    @Override
    public String ddl() {
        return "postgresql.sql";
    }

    @Override
    public void checkDurable(Connection connection) {
        // fsync and synchronous_commit are the operator's choice, and differ by session
    }

    @Override
    public String now() {
        return "clock_timestamp()";
    }

    @Override
    public String later() {
        return "(clock_timestamp() + cast(? as bigint) * interval '1 millisecond')";
    }

    @Override
    public String removeInEpoch() {
        return REMOVE;
    }

    @Override
    public void lockKey(Connection connection, long orderHash) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement("select pg_advisory_xact_lock(?)")) {
            lock.setLong(1, orderHash ^ LOCKS);
            lock.execute();
        }
    }

    @Override
    public void insert(Connection connection, OutboxRow row) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            Rows.bind(insert, row);
            insert.executeUpdate();
        }
    }

    @Override
    public List<StoredEvent> fetch(Connection connection, List<LaneAsk> asks) throws SQLException {
        try (PreparedStatement fetch = connection.prepareStatement(FETCH)) {
            fetch.setQueryTimeout(TIMEOUT_SECONDS);
            bind(fetch, asks);
            var found = new ArrayList<StoredEvent>();
            try (ResultSet rows = fetch.executeQuery()) {
                while (rows.next()) {
                    found.add(Rows.stored(rows));
                }
            }
            return found;
        }
    }

    static void bind(PreparedStatement fetch, List<LaneAsk> asks) throws SQLException {
        Connection c = fetch.getConnection();
        fetch.setArray(1, c.createArrayOf("smallint", column(asks, ask -> (short) ask.lane())));
        fetch.setArray(2, c.createArrayOf("smallint", column(asks, ask -> (short) ask.priority())));
        fetch.setArray(3, c.createArrayOf("bigint", column(asks, LaneAsk::floor)));
        fetch.setArray(4, c.createArrayOf("integer", column(asks, LaneAsk::quota)));
    }

    @Override
    public FloorNote note(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet note = statement.executeQuery(NOTE)) {
            note.next();
            return new FloorNote(note.getLong(1), note.getLong(2));
        }
    }

    @Override
    public OptionalLong risenFloor(Connection connection, int lane, long floor, FloorNote note) throws SQLException {
        try (PreparedStatement ask = connection.prepareStatement(RISE)) {
            ask.setQueryTimeout(TIMEOUT_SECONDS);
            ask.setLong(1, note.transaction());
            ask.setShort(2, (short) lane);
            ask.setLong(3, floor);
            try (ResultSet answer = ask.executeQuery()) {
                answer.next();
                if (!answer.getBoolean(1)) {
                    return OptionalLong.empty();
                }
                long lowest = answer.getLong(2);
                return OptionalLong.of(answer.wasNull() ? note.lastId() + 1 : Math.min(lowest, note.lastId() + 1));
            }
        }
    }

    @Override
    public boolean remember(Connection connection, String consumer, UUID event, Duration maxWait) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into mneme_inbox (consumer, event_id, seen_at) values (?, ?, clock_timestamp())"
                        + " on conflict do nothing")) {
            insert.setQueryTimeout((int) Math.max(1, maxWait.toSeconds()));
            insert.setString(1, consumer);
            insert.setObject(2, event);
            return insert.executeUpdate() == 1;
        }
    }

    private static Object[] column(List<LaneAsk> asks, Function<LaneAsk, Object> value) {
        return asks.stream().map(value).toArray();
    }
}
