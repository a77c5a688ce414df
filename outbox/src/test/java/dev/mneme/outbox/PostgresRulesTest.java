package dev.mneme.outbox;

import static dev.mneme.outbox.OutboxFixture.ask;
import static dev.mneme.outbox.OutboxFixture.event;
import static dev.mneme.outbox.OutboxFixture.numbers;
import static dev.mneme.outbox.OutboxFixture.outbox;
import static dev.mneme.outbox.OutboxFixture.publish;
import static dev.mneme.outbox.OutboxFixture.relay;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.events.stream.Await;
import dev.mneme.events.stream.KitEvents;
import dev.mneme.events.stream.RecordingEventSink;
import dev.mneme.servers.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the rules about transactions, ids and times rest on in PostgreSQL; its functions are replaced to see them used. */
class PostgresRulesTest {

    private static final int LANE = 5;

    private final String url = PostgresServer.shared().newDatabase();
    private DataSource database = OutboxFixture.pool(url);

    PostgresRulesTest() {
        OutboxSchema.of(database).create();
    }

    /** Makes a function of the database's own come first, for connections that are opened from now on. */
    private void replace(String function, String body) throws SQLException {
        OutboxFixture.run(
                database, "create function public." + function + " language plpgsql as $$ begin " + body + " end $$");
        OutboxFixture.run(
                database,
                "do $$ begin execute format('alter database %I set search_path = public, pg_catalog',"
                        + " current_database()); end $$");
        database = OutboxFixture.pool(url);
    }

    @Test
    void aTransactionHasItsIdBeforeItsRowHasOne() throws SQLException {
        Outbox outbox = outbox(database).build();
        replace(
                "nextval(regclass) returns bigint",
                "if pg_catalog.txid_current_if_assigned() is null then raise exception 'too early'; end if;"
                        + " return pg_catalog.nextval($1);");
        publish(database, outbox, event(1, "a"));
        assertThat(ask(database, "select count(*) from mneme_outbox")).isEqualTo(1);
    }

    /** A writer that comes in between has an id of its own that is noted, and a row whose id is not. */
    @Test
    void theLastIdIsNotedBeforeATransaction() throws SQLException {
        var dialect = new PostgresDialect();
        publish(database, outbox(database).build(), event(1, "a"));
        long last = ask(database, "select last_value from mneme_outbox_id");
        replace(
                "txid_current() returns bigint",
                "perform pg_catalog.nextval('mneme_outbox_id'); return pg_catalog.txid_current();");
        try (Connection c = database.getConnection()) {
            assertThat(dialect.note(c).lastId()).isEqualTo(last);
        }
        assertThat(ask(database, "select last_value from mneme_outbox_id")).isEqualTo(last + 1);
    }

    /** The first of each key falls due while the fetch is on its way through rows that are not. */
    @Test
    void anEventWhoseEarlierOneFallsDueDuringAFetchStaysBehindIt() throws SQLException {
        int keys = 1_000;
        // the first of each key, many rows of others, the second of each key
        OutboxFixture.run(database, """
            insert into mneme_outbox (id, event_id, topic, tenant, msg_key, order_hash, lane, priority, payload,
                attempts, available_at, created_at)
            select n, md5(n::text)::uuid, 't', 't', 'k', n %% 100000, %d, 2, '', case when n < 200000 then 1 else 0 end,
                now() + case when n < 200000 then interval '1 hour' else interval '0' end, now()
            from generate_series(1, 201000) as n where n <= 1000 or n between 140000 and 170000 or n > 200000\
            """.formatted(LANE));
        OutboxFixture.run(database, "analyze mneme_outbox");
        int between = 0;
        for (int round = 0; round < 50 && between < 5; round++) {
            OutboxFixture.run(
                    database,
                    "update mneme_outbox set available_at = now() + id * interval '0.2 milliseconds' where id <= "
                            + keys);
            int found = fetchWhole(keys);
            between += found > 0 && found < 2 * keys ? 1 : 0;
        }
        assertThat(between).as("fetches while some were due").isPositive();
    }

    /** Fetches all that is due, and sees that of each key there are both events or none. */
    private int fetchWhole(int keys) throws SQLException {
        Set<Long> found = new HashSet<>();
        try (Connection c = database.getConnection()) {
            new PostgresDialect()
                    .fetch(c, List.of(new LaneAsk(LANE, 2, 0, 2 * keys)))
                    .forEach(row -> found.add(row.id()));
        }
        for (long key = 1; key <= keys; key++) {
            assertThat(found.contains(200_000 + key))
                    .as("the second event of a key without the first, or the first without the second")
                    .isEqualTo(found.contains(key));
        }
        return found.size();
    }

    /** Schedules follow the database: here its clock is what is wrong, seen from the application. */
    @ParameterizedTest
    @ValueSource(strings = {"- interval '1 hour'", "+ interval '1 hour'"})
    void anApplicationWhoseClockIsAnHourOffHasTheSameSchedule(String off) throws SQLException {
        for (String clock : List.of("clock_timestamp", "statement_timestamp", "now")) {
            replace(clock + "() returns timestamptz", "return pg_catalog." + clock + "() " + off + ";");
        }
        OutboxFixture.run(database, "update mneme_outbox_lane set lease_until = clock_timestamp()");
        Outbox outbox = outbox(database).maxAttempts(3).build();
        var sink = new RecordingEventSink();
        sink.rejectIf(event -> OutboxFixture.number(event) == 3);
        var dying = new HeldSink(sink);
        var ownConnections = new SmallPool(database, 8);
        try (OutboxRelay first = relay(outbox(ownConnections).build(), dying)
                        .drainFor(Duration.ZERO)
                        .start();
                Connection c = database.getConnection()) {
            Await.until("all lanes", () -> first.numbers().lanes() == 16);
            dying.hold();
            c.setAutoCommit(false);
            outbox.publish(c, event(1, "a"));
            outbox.publish(c, KitEvents.counted(2), Duration.ofMillis(20));
            outbox.publish(c, event(3, "c"));
            outbox.publish(c, KitEvents.counted(4), Duration.ofMinutes(30));
            c.commit();
            ownConnections.hold();
            try (OutboxRelay second = relay(outbox, sink).start()) {
                Await.until("all but the last", () -> ask(database, "select count(*) from mneme_outbox") == 1);
                assertThat(second.numbers().dead()).isEqualTo(1);
            }
            assertThat(numbers(sink)).containsExactlyInAnyOrder(1, 2);
            assertThat(outbox.cleaner().forgetHandled(Duration.ofMinutes(1))).isZero();
            assertThat(outbox.monitor().oldest()).isLessThan(Duration.ofMinutes(25));
            dying.release();
            ownConnections.release();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSettlementWaitsForATakerOfItsLaneAndThenDoesNothing(boolean withFailure) throws Exception {
        Outbox outbox = outbox(database).build();
        publish(database, outbox, event(1, "a"), event(2, "a"));
        var table = new LaneTable(database, outbox.dialect(), "me", Duration.ofSeconds(10));
        var settlement = new Settlement(database, outbox.dialect(), "me", false);
        int lane = (int) ask(database, "select min(lane) from mneme_outbox");
        long id = ask(database, "select min(id) from mneme_outbox");
        assertThat(table.claim(lane, 0)).isTrue();
        var failures = withFailure
                ? List.of(new Settlement.Failure(id + 1, 1_000, true, false, "late"))
                : List.<Settlement.Failure>of();
        FutureTask<Boolean> late = new FutureTask<>(() -> settlement.settle(lane, 1, List.of(id), failures));
        try (Connection taker = database.getConnection()) {
            taker.setAutoCommit(false);
            OutboxFixture.run(taker, "update mneme_outbox_lane set owner = 'other', epoch = 2 where lane = " + lane);
            new Thread(late).start();
            Await.until(
                    "a settlement that waits or is over",
                    () -> late.isDone() || ask(database, "select count(*) from pg_locks where not granted") > 0);
            taker.commit();
        }
        assertThat(late.get()).isFalse();
        assertThat(ask(database, "select count(*) from mneme_outbox where attempts = 0"))
                .isEqualTo(2);
    }

    @Test
    void theCleanerDeletesAThousandRowsATransaction() throws SQLException {
        Outbox outbox = outbox(database).keepDoneFor(Duration.ofDays(1)).build();
        OutboxFixture.run(database, "create table deleted (count bigint, transaction bigint)");
        OutboxFixture.run(database, """
            create function note_deleted() returns trigger language plpgsql as $$ begin
                insert into deleted select count(*), txid_current() from gone; return null;
            end $$\
            """);
        OutboxFixture.run(
                database,
                "create trigger note_deleted after delete on mneme_outbox_done referencing old table as gone"
                        + " for each statement execute function note_deleted()");
        OutboxFixture.run(
                database,
                "insert into mneme_outbox_done (id, event_id, topic, tenant, priority, payload, created_at, done_at)"
                        + " select n, md5(n::text)::uuid, 't', 't', 2, '', now(), now() - interval '2 days'"
                        + " from generate_series(1, 2500) n");
        assertThat(outbox.cleaner().removeDone()).isEqualTo(2_500);
        assertThat(ask(database, "select max(sum) from (select sum(count) from deleted group by transaction) t"))
                .isEqualTo(1_000);
        assertThat(outbox.monitor().done()).isZero();
    }

    @Test
    void ofTwoWhoRedriveTheSameEachEventIsCountedByOne() throws Exception {
        Outbox outbox = outbox(database).maxAttempts(1).build();
        var sink = new RecordingEventSink();
        sink.rejectIf(event -> true);
        try (OutboxRelay relay = relay(outbox, sink).start()) {
            for (int i = 0; i < 300; i++) {
                publish(database, outbox, event(i, "k" + i));
            }
            Await.until("their end", () -> relay.numbers().dead() == 300);
        }
        var go = new CyclicBarrier(2);
        Callable<Long> redrive = () -> {
            go.await();
            return outbox.deadLetters().redrive(DeadSelection.all(), 10_000);
        };
        var one = new FutureTask<>(redrive);
        var two = new FutureTask<>(redrive);
        new Thread(one).start();
        new Thread(two).start();
        assertThat(one.get() + two.get()).isEqualTo(300);
        assertThat(ask(database, "select count(*) from mneme_outbox")).isEqualTo(300);
    }
}
