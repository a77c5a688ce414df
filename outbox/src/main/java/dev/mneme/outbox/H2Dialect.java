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
import org.jspecify.annotations.Nullable;

/** H2 2.2 and newer, embedded or as a server. It has no floor: nothing tells which transactions are open. */
final class H2Dialect implements Dialect {

    private static final int SLOTS = 1024;
    private static final String DUPLICATE_KEY = "23505";

    private static final String INSERT = """
        insert into mneme_outbox (id, event_id, topic, tenant, msg_key, order_hash, lane, priority, payload,
            attempts, available_at, created_at)
        values (next value for mneme_outbox_id, ?, ?, ?, ?, ?, ?, ?, ?, 0,
            dateadd(millisecond, ?, current_timestamp), current_timestamp)\
        """;

    private static final String FETCH = """
        select r.id, r.lane, r.attempts, r.event_id, r.topic, r.tenant, r.msg_key, r.priority, r.payload
        from mneme_outbox r
        where r.lane = ? and r.priority = ? and r.id >= ?
            and r.available_at <= current_timestamp
            and (r.order_hash is null or not exists (
                select 1 from mneme_outbox p
                where p.order_hash = r.order_hash and p.priority = r.priority and p.attempts > 0
                    and p.id < r.id and p.available_at > current_timestamp))
        order by r.id limit ?\
        """;

    @Override
    public String ddl() {
        return "h2.sql";
    }

    @Override
    public void checkDurable(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet delay = statement.executeQuery(
                        "select setting_value from information_schema.settings where setting_name = 'WRITE_DELAY'")) {
            boolean inMemory = connection.getMetaData().getURL().startsWith("jdbc:h2:mem:");
            // without the setting H2 waits 500 ms with writing
            int millis = delay.next() ? Integer.parseInt(delay.getString(1)) : 500;
            if (millis != 0 && !inMemory) {
                throw new OutboxSchemaException("H2 must write before it acknowledges a commit, it waits " + millis
                        + " ms; add ;WRITE_DELAY=0 to its address, or events are lost when the process is killed");
            }
        }
    }

    @Override
    public String now() {
        return "current_timestamp";
    }

    @Override
    public String later() {
        return "dateadd(millisecond, cast(? as bigint), current_timestamp)";
    }

    @Override
    public @Nullable String removeInEpoch() {
        return null;
    }

    @Override
    public void lockKey(Connection connection, long orderHash) throws SQLException {
        try (PreparedStatement lock =
                connection.prepareStatement("select slot from mneme_outbox_slot where slot = ? for update")) {
            lock.setInt(1, (int) Math.floorMod(orderHash, (long) SLOTS));
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

    /** A key has one priority in a statement, so a statement for each lane and priority keeps its order. */
    @Override
    public List<StoredEvent> fetch(Connection connection, List<LaneAsk> asks) throws SQLException {
        var found = new ArrayList<StoredEvent>();
        try (PreparedStatement fetch = connection.prepareStatement(FETCH)) {
            fetch.setQueryTimeout(TIMEOUT_SECONDS);
            for (LaneAsk ask : asks) {
                fetch.setInt(1, ask.lane());
                fetch.setInt(2, ask.priority());
                fetch.setLong(3, ask.floor());
                fetch.setInt(4, ask.quota());
                try (ResultSet rows = fetch.executeQuery()) {
                    while (rows.next()) {
                        found.add(Rows.stored(rows));
                    }
                }
            }
        }
        return found;
    }

    @Override
    public @Nullable FloorNote note(Connection connection) {
        return null;
    }

    @Override
    public OptionalLong risenFloor(Connection connection, int lane, long floor, FloorNote note) {
        return OptionalLong.empty();
    }

    @Override
    public boolean remember(Connection connection, String consumer, UUID event, Duration maxWait) throws SQLException {
        int before = lockTimeout(connection, (int) Math.max(1, Math.min(Integer.MAX_VALUE, maxWait.toMillis())));
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into mneme_inbox (consumer, event_id, seen_at) values (?, ?, current_timestamp)")) {
            insert.setString(1, consumer);
            insert.setObject(2, event);
            return insert.executeUpdate() == 1;
        } catch (SQLException e) {
            if (DUPLICATE_KEY.equals(e.getSQLState())) {
                // unlike on PostgreSQL the transaction goes on
                return false;
            }
            throw e;
        } finally {
            lockTimeout(connection, before);
        }
    }

    /** Sets how long this session waits for a lock, and answers how long it did before. */
    private static int lockTimeout(Connection connection, int millis) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            int before;
            try (ResultSet timeout = statement.executeQuery("select lock_timeout()")) {
                timeout.next();
                before = timeout.getInt(1);
            }
            statement.execute("set lock_timeout " + millis);
            return before;
        }
    }
}
