package dev.mneme.outbox;

import static dev.mneme.outbox.OutboxFixture.ask;
import static dev.mneme.outbox.OutboxFixture.event;
import static dev.mneme.outbox.OutboxFixture.inversions;
import static dev.mneme.outbox.OutboxFixture.outbox;
import static dev.mneme.outbox.OutboxFixture.publish;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.events.stream.EncodedEvent;
import dev.mneme.events.stream.MovableTime;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class PostgresOutboxTest extends OutboxContract {

    @Override
    protected DataSource database() {
        return OutboxFixture.postgres();
    }

    @Override
    protected String longAgo() {
        return "clock_timestamp() - interval '2 days'";
    }

    /** What the lanes are for: two workers that claim rows, as is usual, with the same failures, break the order. */
    @Test
    void workersThatClaimRowsWouldBreakTheOrder() throws Exception {
        Outbox outbox = outbox(database).build();
        var random = new Random(1);
        for (int i = 0; i < 2_000; i += 100) {
            try (Connection c = database.getConnection()) {
                c.setAutoCommit(false);
                for (int j = i; j < i + 100; j++) {
                    outbox.publish(c, event(j, "key" + random.nextInt(20)));
                }
                c.commit();
            }
        }
        List<EncodedEvent> delivered = Collections.synchronizedList(new ArrayList<>());
        var workers = new ArrayList<Thread>();
        for (int w = 0; w < 2; w++) {
            var worker = new Thread(() -> {
                var failing = new Random(7);
                boolean more = true;
                while (more) {
                    more = claimSome(delivered, failing);
                }
            });
            workers.add(worker);
            worker.start();
        }
        for (Thread worker : workers) {
            worker.join();
        }
        assertThat(delivered).hasSize(2_000);
        assertThat(inversions(delivered)).isPositive();
    }

    private boolean claimSome(List<EncodedEvent> delivered, Random failing) {
        try {
            return Jdbc.<Boolean>together(database, c -> {
                var done = new ArrayList<Long>();
                boolean found = false;
                try (PreparedStatement claim = c.prepareStatement(
                                "select id, lane, attempts, event_id, topic, tenant, msg_key, priority, payload"
                                        + " from mneme_outbox order by id limit 20 for update skip locked");
                        ResultSet rows = claim.executeQuery()) {
                    while (rows.next()) {
                        found = true;
                        StoredEvent stored = Rows.stored(rows);
                        if (failing.nextInt(20) > 0) {
                            delivered.add(stored.event());
                            done.add(stored.id());
                        }
                    }
                }
                try (PreparedStatement delete = c.prepareStatement("delete from mneme_outbox where id = any (?)")) {
                    delete.setArray(1, c.createArrayOf("bigint", done.toArray()));
                    delete.executeUpdate();
                }
                return found;
            });
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aFloorWaitsForWhatIsStillOpenAndStaysBelowWhatRemains() throws SQLException {
        Outbox outbox = outbox(database).build();
        Dialect dialect = outbox.dialect();
        int lane = new OutboxRow(
                        EncodedEvent.of(event(1, "a"), dev.mneme.events.stream.KitEvents.CODEC),
                        TopicSettings.UNORDERED.orderedByKey(),
                        Duration.ZERO)
                .lane();
        try (Connection c = database.getConnection();
                Connection late = database.getConnection()) {
            late.setAutoCommit(false);
            outbox.publish(late, event(1, "a"));
            publish(database, outbox, event(2, "a"));
            long second = ask(database, "select max(id) from mneme_outbox");
            FloorNote note = dialect.note(c);
            assertThat(dialect.risenFloor(c, lane, 0, note)).isEmpty();
            late.commit();
            assertThat(dialect.risenFloor(c, lane, 0, note)).hasValue(second - 1);
            OutboxFixture.run(database, "delete from mneme_outbox where id = " + (second - 1));
            assertThat(dialect.risenFloor(c, lane, 0, note)).hasValue(second);
            OutboxFixture.run(database, "delete from mneme_outbox");
            assertThat(dialect.risenFloor(c, lane, 0, note)).hasValue(second + 1);
        }
    }

    /** A transaction that only reads keeps every deleted row in the table and its index; the floor leaves them behind. */
    @Test
    void aPinnedSnapshotDoesNotMakeFetchesDearer() throws SQLException {
        Outbox outbox = outbox(database).build();
        try (Connection pinned = database.getConnection();
                Connection c = database.getConnection()) {
            pinned.setAutoCommit(false);
            pinned.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            try (PreparedStatement read = pinned.prepareStatement("select count(*) from mneme_outbox")) {
                read.execute();
            }
            var time = new MovableTime();
            var floors = new Floors(outbox.dialect(), time);
            var lane = new OwnedLane(0, 1, 0);
            long first = 0;
            long last = 0;
            for (int round = 0; round < 20; round++) {
                store(500);
                last = buffers(c, lane.floor);
                first = round == 0 ? last : first;
                OutboxFixture.run(database, "delete from mneme_outbox");
                lane.settledSinceNote = true;
                for (int i = 0; i < 2; i++) {
                    time.advance(Duration.ofSeconds(2));
                    floors.tend(c, List.of(lane));
                }
            }
            long withoutFloor = buffers(c, 0);
            assertThat(last).as("pages read by a fetch").isLessThan(3 * first + 30);
            assertThat(withoutFloor).as("pages read without a floor").isGreaterThan(5 * last);
        }
    }

    private void store(int events) throws SQLException {
        OutboxFixture.run(
                database,
                "insert into mneme_outbox (id, event_id, topic, tenant, lane, priority, payload, attempts,"
                        + " available_at, created_at) select nextval('mneme_outbox_id'), md5(n::text)::uuid, 't', 't', 0,"
                        + " 2, '', 0, now(), now() from generate_series(1, " + events + ") n");
    }

    private static long buffers(Connection c, long floor) throws SQLException {
        try (PreparedStatement explain =
                c.prepareStatement("explain (analyze, buffers, timing off) " + PostgresDialect.FETCH)) {
            PostgresDialect.bind(explain, List.of(new LaneAsk(0, 2, floor, 20)));
            try (ResultSet plan = explain.executeQuery()) {
                var text = new StringBuilder();
                while (plan.next()) {
                    text.append(plan.getString(1)).append('\n');
                }
                Matcher hits = Pattern.compile("Buffers: shared hit=(\\d+)").matcher(text);
                assertThat(hits.find()).as(text.toString()).isTrue();
                return Long.parseLong(hits.group(1));
            }
        }
    }
}
