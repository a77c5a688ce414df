package dev.mneme.benchmarks.outbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mneme.benchmarks.outbox.RedisAppender.Entry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * What is often written by hand: a table, and two workers that claim up to 500 rows with {@code FOR UPDATE SKIP LOCKED},
 * append them to Redis in one go and delete them in the same transaction. A worker that finds nothing waits for 5 ms.
 */
final class SkipLockedPeer implements Contender {

    private static final int WORKERS = 2;
    private static final int CLAIM = 500;
    private static final long IDLE_NANOS = 5_000_000;

    private final Servers servers;
    private final Deliveries deliveries;
    private final RedisAppender redis;
    private final List<Thread> workers = new ArrayList<>();
    private volatile boolean closed;

    SkipLockedPeer(Servers servers, Deliveries deliveries) throws SQLException {
        this.servers = servers;
        this.deliveries = deliveries;
        this.redis = new RedisAppender(servers.redisUri());
        servers.run(
                "create table claimed (id bigserial primary key, number int, event_id uuid, msg_key text, data bytea)");
    }

    @Override
    public void store(int first, int count) throws SQLException {
        try (Connection connection = servers.database().getConnection()) {
            connection.setAutoCommit(false);
            for (int i = 0; i < count; i++) {
                insert(connection, first + i);
                if (i % 1_000 == 999) {
                    connection.commit();
                }
            }
            connection.commit();
        }
    }

    @Override
    public long publish(int number) throws SQLException {
        try (Connection connection = servers.database().getConnection()) {
            connection.setAutoCommit(false);
            insert(connection, number);
            connection.commit();
            return System.nanoTime();
        }
    }

    private static void insert(Connection connection, int number) throws SQLException {
        var event = Events.event(number);
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into claimed (number, event_id, msg_key, data) values (?, ?, ?, ?)")) {
            insert.setInt(1, number);
            insert.setObject(2, event.id());
            insert.setString(3, Events.key(number));
            insert.setBytes(4, Events.CODEC.encode(event));
            insert.executeUpdate();
        }
    }

    @Override
    public void start() {
        for (int i = 0; i < WORKERS; i++) {
            var worker = new Thread(this::work, "claims-" + i);
            worker.setDaemon(true);
            workers.add(worker);
            worker.start();
        }
    }

    private void work() {
        while (!closed) {
            try {
                if (!deliverSome()) {
                    LockSupport.parkNanos(IDLE_NANOS);
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private boolean deliverSome() throws SQLException {
        var ids = new ArrayList<Long>();
        var numbers = new ArrayList<Integer>();
        var entries = new ArrayList<Entry>();
        try (Connection connection = servers.database().getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement claim =
                            connection.prepareStatement("select id, number, event_id, msg_key, data from claimed"
                                    + " order by id limit " + CLAIM + " for update skip locked");
                    ResultSet rows = claim.executeQuery()) {
                while (rows.next()) {
                    ids.add(rows.getLong(1));
                    numbers.add(rows.getInt(2));
                    entries.add(new Entry(
                            rows.getObject(3, UUID.class).toString(),
                            rows.getString(4),
                            new String(rows.getBytes(5), UTF_8)));
                }
            }
            if (!ids.isEmpty()) {
                redis.append(entries);
                numbers.forEach(deliveries::arrived);
                try (PreparedStatement delete = connection.prepareStatement("delete from claimed where id = any (?)")) {
                    delete.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
                    delete.executeUpdate();
                }
            }
            connection.commit();
        }
        return !ids.isEmpty();
    }

    @Override
    public void close() {
        closed = true;
        for (Thread worker : workers) {
            try {
                worker.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        redis.close();
    }
}
