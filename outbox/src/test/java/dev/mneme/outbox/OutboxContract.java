package dev.mneme.outbox;

import static dev.mneme.events.stream.KitEvents.TENANT;
import static dev.mneme.outbox.OutboxFixture.ask;
import static dev.mneme.outbox.OutboxFixture.event;
import static dev.mneme.outbox.OutboxFixture.inversions;
import static dev.mneme.outbox.OutboxFixture.number;
import static dev.mneme.outbox.OutboxFixture.numbers;
import static dev.mneme.outbox.OutboxFixture.outbox;
import static dev.mneme.outbox.OutboxFixture.publish;
import static dev.mneme.outbox.OutboxFixture.relay;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.Tenant;
import dev.mneme.events.stream.Await;
import dev.mneme.events.stream.EncodedEvent;
import dev.mneme.events.stream.KitEvents;
import dev.mneme.events.stream.MovableTime;
import dev.mneme.events.stream.RecordingEventSink;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an outbox and its relays do on every database. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
abstract class OutboxContract {

    /** A database with the outbox's tables and nothing in them. */
    protected abstract DataSource database();

    protected DataSource database;
    protected final RecordingEventSink sink = new RecordingEventSink();
    private final List<OutboxRelay> relays = new ArrayList<>();

    @BeforeEach
    void open() {
        database = database();
    }

    @AfterEach
    void closeRelays() {
        relays.forEach(OutboxRelay::close);
    }

    protected OutboxRelay start(OutboxRelay.Builder relay) {
        OutboxRelay started = relay.start();
        relays.add(started);
        return started;
    }

    protected static long pending(DataSource database) {
        return ask(database, "select count(*) from mneme_outbox");
    }

    protected void awaitEmpty() {
        Await.until("an empty outbox", () -> pending(database) == 0);
    }

    @Test
    void whatIsRolledBackIsNeitherStoredNorSent() throws SQLException {
        Outbox outbox = outbox(database).build();
        start(relay(outbox, sink));
        try (Connection c = database.getConnection()) {
            c.setAutoCommit(false);
            outbox.publish(c, event(1, "a"));
            c.rollback();
        }
        assertThat(pending(database)).isZero();
        publish(database, outbox, event(2, "a"));
        awaitEmpty();
        assertThat(numbers(sink)).containsExactly(2);
    }

    @Test
    void whatIsCommittedIsDeliveredAsItWasPublished() throws SQLException {
        Outbox outbox = outbox(database).build();
        var sent = event(1, "a\0 {ключ} %:")
                .tenant(Tenant.of("т\0:%"))
                .header("more", "ü")
                .traceId("a".repeat(32));
        publish(database, outbox, sent);
        start(relay(outbox, sink));
        awaitEmpty();
        assertThat(sink.delivered(KitEvents.Counted.class, KitEvents.CODEC)).containsExactly(sent);
        assertThat(sink.delivered()).containsExactly(EncodedEvent.of(sent, KitEvents.CODEC));
    }

    @Test
    void aTransactionThatCommitsLaterIsDeliveredToo() throws SQLException {
        Outbox outbox = outbox(database).build();
        start(relay(outbox, sink));
        try (Connection earlier = database.getConnection()) {
            earlier.setAutoCommit(false);
            outbox.publish(earlier, event(1, "a"));
            publish(database, outbox, event(2, "b"));
            Await.until("the second", () -> numbers(sink).equals(List.of(2)));
            earlier.commit();
        }
        awaitEmpty();
        assertThat(numbers(sink)).containsExactly(2, 1);
    }

    @Test
    void nobodyWhoPublishesToANewKeyAtTheSameTimeIsHarmed() throws Exception {
        Outbox outbox = outbox(database).build();
        Outbox strict = strict();
        start(relay(outbox, sink));
        var go = new CyclicBarrier(32);
        inThreads(32, thread -> {
            try (Connection c = database.getConnection()) {
                c.setAutoCommit(false);
                go.await();
                (thread % 2 == 0 ? outbox : strict).publish(c, event(thread, "new"));
                c.commit();
            }
        });
        awaitEmpty();
        assertThat(sink.delivered()).hasSize(32).doesNotHaveDuplicates();
    }

    @Test
    void aStrictTopicKeepsTheOrderOfCommitsOfWritersWithoutALock() throws Exception {
        Outbox strict = strict();
        start(relay(strict, sink));
        List<UUID> commits = Collections.synchronizedList(new ArrayList<>());
        inThreads(4, thread -> {
            var random = new Random(thread);
            for (int i = 0; i < 25; i++) {
                try (Connection c = database.getConnection()) {
                    c.setAutoCommit(false);
                    UUID id = strict.publish(c, event(i, "a")).eventId();
                    // with the lock held nobody else of this key is between here and the commit
                    commits.add(id);
                    LockSupport.parkNanos(random.nextInt(3_000_000));
                    c.commit();
                }
            }
        });
        awaitEmpty();
        assertThat(sink.delivered()).extracting(EncodedEvent::id).isEqualTo(commits);
    }

    @Test
    void transactionsThatTheOutboxBeginsTakeTheLocksOfTheirKeysInOneOrder() throws Exception {
        Outbox strict = strict();
        start(relay(strict, sink));
        inThreads(4, thread -> {
            for (int i = 0; i < 50; i++) {
                List<String> keys = thread % 2 == 0 ? List.of("a", "b", "c") : List.of("c", "b", "a");
                strict.inTransaction(tx -> {
                    keys.forEach(key -> tx.publish(event(1, key)));
                    return null;
                });
            }
        });
        awaitEmpty();
        assertThat(sink.delivered()).hasSize(600).doesNotHaveDuplicates();
    }

    @Test
    void whatAWorkThrowsUndoesItAndItsEvents() {
        Outbox outbox = outbox(database).build();
        assertThatThrownBy(() -> outbox.inTransaction(tx -> {
                    tx.publish(event(1, "a"));
                    OutboxFixture.run(tx.connection(), "update mneme_outbox_schema set redrives = 99");
                    throw new java.io.IOException("no");
                }))
                .isInstanceOf(java.io.IOException.class);
        assertThat(pending(database)).isZero();
        assertThat(ask(database, "select redrives from mneme_outbox_schema")).isZero();
        String result = outbox.inTransaction(tx -> {
            tx.publish(event(1, "a"));
            tx.publish(KitEvents.counted(2), Duration.ofDays(1));
            return "done";
        });
        assertThat(result).isEqualTo("done");
        assertThat(pending(database)).isEqualTo(2);
    }

    /** With polls a minute apart, only what is said on commit brings an event out. */
    @Test
    void aCommitWakesTheRelayOfThisProcess() throws SQLException {
        Outbox outbox = outbox(database).build();
        OutboxRelay relay = start(outbox.relayTo(sink).pollEvery(Duration.ofMinutes(1), Duration.ofMinutes(1)));
        Await.until("all lanes", () -> relay.numbers().lanes() == 16);
        // the first may be found without it, by a relay that looks into a lane which is new to it
        for (int number = 1; number <= 3; number++) {
            publishAndWake(outbox, number);
            awaitNumbers(number);
        }
        try (Connection c = database.getConnection()) {
            c.setAutoCommit(false);
            Publication publication = outbox.publish(c, event(4, "a"));
            c.commit();
            publication.committed();
        }
        awaitNumbers(4);
    }

    private void awaitNumbers(int count) {
        Await.until("number " + count, () -> numbers(sink).size() == count);
        awaitEmpty();
    }

    private Outbox strict() {
        return Outbox.builder(database, KitEvents.CODEC)
                .topic("kit.*", TopicSettings::strictKeyOrder)
                .build();
    }

    private interface ThreadWork {
        void run(int thread) throws Exception;
    }

    private static void inThreads(int count, ThreadWork work) throws InterruptedException {
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int number = i;
            var thread = new Thread(() -> {
                try {
                    work.run(number);
                } catch (Throwable t) {
                    failures.add(t);
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
    }

    /** Writers hold the lock of their key; two relays; one event in twenty is rejected at first. */
    @Test
    void twoRelaysKeepTheOrderOfEachKeyThroughTransientFailures() throws Exception {
        int events = Boolean.getBoolean("mneme.long") ? 100_000 : 10_000;
        Outbox outbox = outbox(database).build();
        Set<Integer> failing = Collections.synchronizedSet(new HashSet<>());
        var random = new Random(42);
        sink.rejectIf(event -> {
            int number = number(event);
            return number % 20 == 7 && failing.add(number);
        });
        OutboxRelay first = start(relay(outbox, sink).maxBatch(100));
        OutboxRelay second = start(relay(outbox, sink).maxBatch(100));
        int number = 0;
        while (number < events) {
            int to = Math.min(events, number + 50);
            try (Connection c = database.getConnection()) {
                c.setAutoCommit(false);
                for (; number < to; number++) {
                    outbox.publish(c, event(number, "key" + random.nextInt(200)));
                }
                c.commit();
            }
        }
        awaitEmpty();
        assertThat(sink.delivered()).hasSize(events).doesNotHaveDuplicates();
        assertThat(inversions(sink.delivered())).isZero();
        Await.until(
                "all are counted",
                () -> first.numbers().published() + second.numbers().published() >= events);
        assertThat(first.numbers().published() + second.numbers().published()).isEqualTo(events);
        assertThat(first.numbers().rejected() + second.numbers().rejected()).isPositive();
        Await.until(
                "shared lanes",
                () -> first.numbers().lanes() == 8 && second.numbers().lanes() == 8);
    }

    @Test
    void eventsOfOneTransactionAndOfManyPrioritiesAllArrive() throws SQLException {
        Outbox outbox = outbox(database).build();
        for (int i = 0; i < 20; i++) {
            publish(
                    database,
                    outbox,
                    event(i, "k").priority(dev.mneme.events.Priority.values()[i % 4]),
                    KitEvents.counted(100 + i));
        }
        start(relay(outbox, sink).maxBatch(2));
        awaitEmpty();
        assertThat(numbers(sink)).hasSize(40).doesNotHaveDuplicates();
        for (var priority : dev.mneme.events.Priority.values()) {
            assertThat(inversions(sink.delivered().stream()
                            .filter(e -> e.key().isPresent() && e.priority() == priority)
                            .toList()))
                    .isZero();
        }
    }

    @Test
    void whileTheSinkIsAwayNoAttemptIsCountedAndTheOrderIsKept() throws SQLException {
        Outbox outbox = outbox(database).maxAttempts(2).build();
        sink.unreachable(true);
        OutboxRelay relay = start(relay(outbox, sink));
        for (int i = 0; i < 50; i++) {
            publish(database, outbox, event(i, "k" + i % 3));
        }
        Await.until("several calls in vain", () -> relay.numbers().unreachable() >= 40);
        assertThat(ask(database, "select max(attempts) from mneme_outbox")).isZero();
        assertThat(ask(database, "select count(*) from mneme_outbox_dead")).isZero();
        sink.unreachable(false);
        awaitEmpty();
        assertThat(numbers(sink)).hasSize(50).doesNotHaveDuplicates();
        assertThat(inversions(sink.delivered())).isZero();
    }

    @Test
    void aLostAnswerLeadsToNoSecondEntry() throws SQLException {
        Outbox outbox = outbox(database).build();
        OutboxRelay relay = start(relay(outbox, sink));
        for (int i = 0; i < 30; i++) {
            sink.loseNextAnswer();
            publish(database, outbox, event(i, "k" + i % 3));
            Await.until("the next", () -> pending(database) == 0);
        }
        assertThat(numbers(sink)).hasSize(30).doesNotHaveDuplicates();
        assertThat(relay.numbers().unreachable()).isPositive();
        // counted once the database has settled them
        Await.until("all are counted", () -> relay.numbers().published() >= 30);
        assertThat(relay.numbers().published()).isEqualTo(30);
    }

    /** The batch after it is smaller, so the sink would know only a part of what it has. */
    @Test
    void aLostAnswerIsAskedForBeforeTheNextBatch() throws SQLException {
        Outbox outbox = outbox(database).build();
        for (int i = 0; i < 30; i++) {
            publish(
                    database,
                    outbox,
                    event(i, "k").priority(dev.mneme.events.Priority.CRITICAL),
                    event(100 + i, "k").priority(dev.mneme.events.Priority.LOW));
        }
        var lossy = new HeldSink(sink);
        lossy.loseNextAnswer();
        start(relay(outbox, lossy).maxBatch(9));
        awaitEmpty();
        assertThat(numbers(sink)).hasSize(60).doesNotHaveDuplicates();
    }

    @Test
    void aCallThatTheSinkGotTwiceIsAskedForAndCostsNoLane() throws SQLException {
        Outbox outbox = outbox(database).build();
        for (int i = 0; i < 30; i++) {
            publish(
                    database,
                    outbox,
                    event(i, "k").priority(dev.mneme.events.Priority.CRITICAL),
                    event(100 + i, "k").priority(dev.mneme.events.Priority.LOW));
        }
        var twice = new HeldSink(sink);
        twice.doubleNext();
        OutboxRelay relay = start(relay(outbox, twice).maxBatch(9));
        awaitEmpty();
        assertThat(numbers(sink)).hasSize(60).doesNotHaveDuplicates();
        assertThat(relay.numbers().stale()).isEqualTo(1);
        assertThat(relay.numbers().lost()).isZero();
    }

    /** A relay asks first for each of its lanes, and the answer may be there before it has looked at the next one. */
    @Test
    void ofALaneOneCallIsUnderWayAtATime() throws SQLException {
        Outbox outbox = outbox(database).build();
        var watched = new WatchedSink(sink);
        int events = 0;
        for (int i = 0; i < 25; i++) {
            for (int j = 0; j < 16; j++) {
                publish(database, outbox, event(events, "k" + events));
                events++;
            }
            try (OutboxRelay relay = relay(outbox, watched).start()) {
                awaitEmpty();
            }
        }
        assertThat(watched.together()).isZero();
        assertThat(numbers(sink)).hasSize(events).doesNotHaveDuplicates();
    }

    @Test
    void aPoisonousEventIsGivenUpAndOtherKeysFlow() throws SQLException {
        Outbox outbox = outbox(database).maxAttempts(3).build();
        sink.rejectIf(event -> number(event) == 1);
        start(relay(outbox, sink));
        publish(database, outbox, event(1, "a"), event(2, "a"), event(3, "b"));
        awaitEmpty();
        assertThat(numbers(sink)).containsExactlyInAnyOrder(2, 3);
        List<DeadEvent> dead = outbox.deadLetters().list(DeadSelection.all(), 10);
        assertThat(dead).hasSize(1);
        assertThat(number(dead.get(0).event())).isEqualTo(1);
        assertThat(dead.get(0).attempts()).isEqualTo(3);
        assertThat(dead.get(0).reason()).isEqualTo("the sink was told to reject it");
        assertThat(dead.get(0).blocksKey()).isFalse();
    }

    @Test
    void aRedrivenEventKeepsItsIdAndIsDelivered() throws SQLException {
        Outbox outbox = outbox(database).maxAttempts(1).build();
        var failing = new AtomicBoolean(true);
        sink.rejectIf(event -> failing.get() && number(event) < 10);
        start(relay(outbox, sink));
        for (int i = 0; i < 20; i++) {
            publish(database, outbox, event(i, "k" + i));
        }
        awaitEmpty();
        DeadLetters letters = outbox.deadLetters();
        assertThat(letters.count(DeadSelection.all())).isEqualTo(10);
        assertThat(letters.count(DeadSelection.all().topic("other.*"))).isZero();
        var ids = letters.list(DeadSelection.all(), 3).stream()
                .map(dead -> dead.event().id())
                .toList();
        assertThat(letters.count(DeadSelection.all().ids(ids))).isEqualTo(3);
        failing.set(false);
        assertThat(letters.redrive(DeadSelection.all().ids(ids).topic("kit.*"), 1_000))
                .isEqualTo(3);
        Await.until("the redriven", () -> sink.delivered().size() == 13);
        assertThat(sink.delivered()).extracting(EncodedEvent::id).containsAll(ids);
        assertThat(letters.redrive(DeadSelection.all(), 1_000)).isEqualTo(7);
        Await.until("all", () -> sink.delivered().size() == 20);
        assertThat(letters.list(DeadSelection.all(), 10)).isEmpty();
    }

    @Test
    void aDeadEventHoldsItsKeyIfTheTopicSaysSoAndGoesFirstWhenItIsRedriven() throws SQLException {
        Outbox outbox = Outbox.builder(database, KitEvents.CODEC)
                .topic("kit.*", t -> t.orderedByKey().onDead(OnDead.BLOCK_KEY))
                .maxAttempts(2)
                .retryWaits(Duration.ofMillis(1), Duration.ofMillis(5))
                .build();
        var failing = new AtomicBoolean(true);
        sink.rejectIf(event -> failing.get() && number(event) == 1);
        start(relay(outbox, sink));
        publish(database, outbox, event(1, "a"), event(2, "a"), event(3, "b"));
        Await.until("the death", () -> outbox.monitor().blocking() == 1);
        publish(database, outbox, event(4, "a"), event(5, "b"));
        Await.until("the other key", () -> numbers(sink).equals(List.of(3, 5)));
        assertThat(outbox.deadLetters().list(DeadSelection.all(), 10))
                .hasSize(1)
                .allMatch(DeadEvent::blocksKey);
        failing.set(false);
        assertThat(outbox.deadLetters().redrive(DeadSelection.all(), 10)).isEqualTo(1);
        awaitEmpty();
        assertThat(numbers(sink)).containsExactly(3, 5, 1, 2, 4);
    }

    @Test
    void anEventWithADelayComesLater() throws SQLException {
        Outbox outbox = outbox(database).build();
        start(relay(outbox, sink));
        try (Connection c = database.getConnection()) {
            c.setAutoCommit(false);
            outbox.publish(c, KitEvents.counted(1), Duration.ofHours(1));
            outbox.publish(c, KitEvents.counted(2), Duration.ofMillis(20));
            c.commit();
        }
        Await.until("the shorter delay", () -> pending(database) == 1);
        assertThat(numbers(sink)).containsExactly(2);
    }

    @Test
    void aPausedRelayThatGoesOnIsRefusedAndNothingComesTwice() throws Exception {
        Outbox outbox = outbox(database).build();
        var ownConnections = new SmallPool(database, 8);
        var held = new HeldSink(sink);
        OutboxRelay paused = start(relay(outbox(ownConnections).build(), held));
        Await.until("all lanes", () -> paused.numbers().lanes() == 16);
        held.hold();
        publish(database, outbox, event(1, "a"));
        held.awaitHeld();
        // neither its call nor its leases go on, as if the process were stopped
        ownConnections.hold();
        OutboxRelay next = start(relay(outbox, sink));
        Await.until("the takeover", () -> numbers(sink).equals(List.of(1)));
        publish(database, outbox, event(2, "a"));
        held.release();
        ownConnections.release();
        awaitEmpty();
        Await.until("the refusal", () -> paused.numbers().stale() > 0);
        assertThat(numbers(sink)).containsExactly(1, 2);
        Await.until("it is counted", () -> next.numbers().published() > 0);
    }

    @Test
    void aBatchThatIsSettledInAnEarlierEpochChangesNothing() throws SQLException {
        Outbox outbox = outbox(database).build();
        publish(database, outbox, event(1, "a"), event(2, "a"));
        var table = new LaneTable(database, outbox.dialect(), "me", Duration.ofSeconds(10));
        var settlement = new Settlement(database, outbox.dialect(), "me", false);
        int lane = (int) ask(database, "select min(lane) from mneme_outbox");
        long id = ask(database, "select min(id) from mneme_outbox");
        assertThat(table.claim(lane, 0)).isTrue();
        assertThat(table.claim(lane, 0)).isFalse();
        assertThat(table.claim(lane, 1)).isTrue();
        var failure = new Settlement.Failure(id, 1_000, true, false, "late");
        assertThat(settlement.settle(lane, 1, List.of(id + 1), List.of(failure)))
                .isFalse();
        assertThat(settlement.settle(lane, 1, List.of(id, id + 1), List.of())).isFalse();
        assertThat(settlement.settleNamed(lane, 1, List.of())).isEmpty();
        assertThat(pending(database)).isEqualTo(2);
        assertThat(settlement.settle(lane, 2, List.of(id + 1), List.of(failure)))
                .isTrue();
        assertThat(pending(database)).isZero();
        assertThat(ask(database, "select count(*) from mneme_outbox_dead")).isEqualTo(1);
    }

    @Test
    void aLaneIsTakenFromNobodyBeforeItsLeaseIsOver() throws SQLException {
        Dialect dialect = outbox(database).build().dialect();
        var mine = new LaneTable(database, dialect, "me", Duration.ofSeconds(10));
        var others = new LaneTable(database, dialect, "other", Duration.ofSeconds(10));
        assertThat(mine.claim(3, 0)).isTrue();
        assertThat(others.claim(3, 1)).isFalse();
        others.release(3, 1);
        mine.release(3, 0);
        assertThat(others.claim(3, 1)).isFalse();
        OutboxFixture.run(database, "update mneme_outbox_lane set lease_until = " + longAgo());
        assertThat(others.claim(3, 1)).isTrue();
        assertThat(mine.raise(3, 2, 9)).isFalse();
        assertThat(ask(database, "select epoch from mneme_outbox_lane where lane = 3"))
                .isEqualTo(2);
    }

    /** The last owner's batch was in the sink, its answer was not; the next owner's batches are smaller. */
    @Test
    void aNewOwnerAsksWhatTheLastOneLeft() throws Exception {
        Outbox outbox = outbox(database).build();
        var ownConnections = new SmallPool(database, 8);
        var held = new HeldSink(sink);
        publish(database, outbox, event(1, "a"), event(2, "a"), event(3, "a"));
        held.holdAnswers();
        start(relay(outbox(ownConnections).build(), held));
        held.awaitHeld();
        ownConnections.hold();
        OutboxRelay next = start(relay(outbox, sink).maxBatch(1));
        awaitEmpty();
        assertThat(numbers(sink)).containsExactly(1, 2, 3);
        Await.until("they are counted", () -> next.numbers().published() == 3);
        held.release();
        ownConnections.release();
    }

    /** What failed may still be executed later, so it must be in an epoch that is over. */
    @Test
    void aSettlementOfUnknownOutcomeRaisesTheEpoch() throws SQLException {
        var pool = new SmallPool(database, 8);
        Outbox outbox = outbox(pool).build();
        OutboxRelay relay = start(relay(outbox, sink).maxBatch(2));
        Await.until("all lanes", () -> relay.numbers().lanes() == 16);
        pool.refuseNext("delete from mneme_outbox where id");
        publish(database, outbox, event(1, "a"), event(2, "a"), event(3, "a"));
        awaitEmpty();
        assertThat(pool.hasRefused()).isTrue();
        assertThat(numbers(sink)).containsExactly(1, 2, 3);
        assertThat(relay.numbers().lost()).isEqualTo(1);
        assertThat(ask(database, "select count(*) from mneme_outbox_lane where epoch = 2"))
                .isEqualTo(1);
        assertThat(ask(database, "select count(*) from mneme_outbox_lane where epoch = 1"))
                .isEqualTo(15);
    }

    @Test
    void anEventThatWasPublishedTwiceStandsOnce() throws SQLException {
        Outbox outbox = outbox(database).build();
        var event = event(1, "a");
        publish(database, outbox, event, event, event(2, "a"));
        OutboxRelay relay = start(relay(outbox, sink));
        awaitEmpty();
        assertThat(numbers(sink)).containsExactly(1, 2);
        Await.until("it is counted", () -> relay.numbers().duplicates() == 1);
    }

    /** With polls a minute apart. */
    @Test
    void aCommitIsLookedForWhenTheLaneIsThroughWithItsBatch() throws Exception {
        Outbox outbox = outbox(database).build();
        var held = new HeldSink(sink);
        OutboxRelay relay = start(outbox.relayTo(held).pollEvery(Duration.ofMinutes(1), Duration.ofMinutes(1)));
        Await.until("all lanes", () -> relay.numbers().lanes() == 16);
        held.hold();
        publishAndWake(outbox, 1);
        held.awaitHeld();
        publishAndWake(outbox, 2);
        held.release();
        Await.until("the second", () -> numbers(sink).equals(List.of(1, 2)));
    }

    private static void publishAndWake(Outbox outbox, int number) {
        outbox.inTransaction(tx -> {
            tx.publish(event(number, "a"));
            return null;
        });
    }

    /** One lane holds as many critical events as low ones. */
    @Test
    void aPriorityThatIsBehindGetsItsShareOfEachBatch() throws SQLException {
        Outbox outbox = outbox(database).build();
        for (int i = 0; i < 90; i++) {
            publish(
                    database,
                    outbox,
                    event(i, "k").priority(dev.mneme.events.Priority.CRITICAL),
                    event(100 + i, "k").priority(dev.mneme.events.Priority.LOW));
        }
        start(relay(outbox, sink).maxBatch(9));
        awaitEmpty();
        List<Integer> order = numbers(sink);
        // nine of each at first, then eight to one
        assertThat(order.subList(0, order.indexOf(89)))
                .filteredOn(number -> number >= 100)
                .hasSizeBetween(9, 30);
    }

    @Test
    void aRelayWhoseLanesHadARedriveLooksForOldIdsAgain() throws SQLException {
        Outbox outbox = outbox(database).maxAttempts(1).build();
        var table = new LaneTable(database, outbox.dialect(), "me", Duration.ofMinutes(1));
        var lanes = new Lanes(table, "me", new Random(1));
        lanes.tend(true);
        assertThat(lanes.count()).isEqualTo(16);
        lanes.idle().forEach(lane -> lane.floor = 7);
        lanes.tend(true);
        assertThat(lanes.idle()).allMatch(lane -> lane.floor == 7);
        lanes.releaseAll();
        table.leave();
        sink.rejectIf(event -> true);
        OutboxRelay relay = start(relay(outbox, sink));
        publish(database, outbox, event(1, "a"));
        awaitEmpty();
        relay.close();
        lanes.tend(true);
        lanes.idle().forEach(lane -> lane.floor = 7);
        assertThat(outbox.deadLetters().redrive(DeadSelection.all(), 10)).isEqualTo(1);
        lanes.tend(true);
        assertThat(lanes.idle()).hasSize(16).allMatch(lane -> lane.floor == 0);
    }

    @Test
    void redrivenEventsComeNoFasterThanTheyMay() throws SQLException {
        Outbox outbox = outbox(database).maxAttempts(1).build();
        sink.rejectIf(event -> true);
        OutboxRelay relay = start(relay(outbox, sink));
        publish(database, outbox, event(1, "a"), event(2, "b"), event(3, "c"));
        awaitEmpty();
        relay.close();
        long begun = System.nanoTime();
        assertThat(outbox.deadLetters().redrive(DeadSelection.all(), 2)).isEqualTo(3);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    /** While the sink is full nothing is asked of it before a pause is over; time stands still here. */
    @Test
    void aSinkThatIsFullIsLeftAloneForAWhile() {
        Outbox outbox = outbox(database).build();
        var full = new FullSink(sink, "a");
        var time = new MovableTime();
        OutboxRelay relay = start(relay(outbox, full).ticker(time));
        Await.until("all lanes", () -> relay.numbers().lanes() == 16);
        publishAndWake(outbox, 1);
        Await.until("a call in vain", () -> full.refusals() == 1);
        for (int i = 10; i < 20; i++) {
            publishAndWake(outbox, i);
            int other = i;
            outbox.inTransaction(tx -> {
                tx.publish(event(other, "b"));
                return null;
            });
            Await.until("the other key", () -> numbers(sink).contains(other));
        }
        assertThat(full.refusals()).isEqualTo(1);
        full.empty();
        Await.until("all events", () -> {
            time.advance(Duration.ofMillis(10));
            return pending(database) == 0;
        });
        assertThat(inversions(sink.delivered())).isZero();
    }

    @Test
    void aRelayThatIsCutFromTheSinkLeavesItsLanesToOneThatIsNot() throws SQLException {
        Outbox outbox = outbox(database).build();
        var away = new HeldSink(sink);
        OutboxRelay cut = start(relay(outbox, away));
        Await.until("all lanes", () -> cut.numbers().lanes() == 16);
        away.cut(true);
        publish(database, outbox, event(1, "a"), event(2, "b"), event(3, "c"));
        OutboxRelay healthy = start(relay(outbox, sink));
        Await.until("the takeover", () -> healthy.numbers().lanes() == 16);
        awaitEmpty();
        assertThat(numbers(sink)).containsExactlyInAnyOrder(1, 2, 3);
        away.cut(false);
        Await.until("the return", () -> cut.numbers().lanes() == 8);
    }

    @Test
    void aSlowSinkHoldsNoConnection() throws Exception {
        var one = new SmallPool(database, 1);
        Outbox outbox = outbox(one).build();
        var held = new HeldSink(sink);
        OutboxRelay relay = start(relay(outbox, held));
        Await.until("all lanes", () -> relay.numbers().lanes() == 16);
        held.hold();
        publish(one, outbox, event(1, "a"));
        held.awaitHeld();
        publish(one, outbox, event(2, "b"));
        held.release();
        awaitEmpty();
        assertThat(numbers(sink)).containsExactlyInAnyOrder(1, 2);
    }

    @Test
    void whoIsAboveInTheSinkIsOvertakenByTheOwnerOfTheLane() throws SQLException {
        Outbox outbox = outbox(database).build();
        for (int lane = 0; lane < 16; lane++) {
            sink.resume("outbox", lane, new dev.mneme.events.stream.Fence(1_000_000, 5));
        }
        start(relay(outbox, sink));
        publish(database, outbox, event(1, "a"));
        awaitEmpty();
        assertThat(numbers(sink)).containsExactly(1);
    }

    /** As after the database was restored to a state of the epoch before. */
    @Test
    void anEpochThatTheSinkKnowsAlreadyIsGoneOnWith() throws SQLException {
        Outbox outbox = outbox(database).build();
        for (int lane = 0; lane < 16; lane++) {
            sink.resume("outbox", lane, new dev.mneme.events.stream.Fence(1, 1_000_000));
        }
        OutboxRelay relay = start(relay(outbox, sink));
        publish(database, outbox, event(1, "a"));
        awaitEmpty();
        assertThat(numbers(sink)).containsExactly(1);
        assertThat(relay.numbers().lost()).isZero();
    }

    @Test
    void aRelaysShareIsThatOfTheLivingWhoReachTheSink() throws SQLException {
        Dialect dialect = outbox(database).build().dialect();
        Duration lease = Duration.ofMinutes(1);
        OutboxFixture.run(
                database,
                "insert into mneme_outbox_relay (id, expires_at, reaches_sink) values ('gone', " + longAgo()
                        + ", true)");
        new LaneTable(database, dialect, "cut", lease).renew(false);
        var lanes = new Lanes(new LaneTable(database, dialect, "me", lease), "me", new Random(1));
        lanes.tend(true);
        assertThat(lanes.count()).isEqualTo(16);
        OutboxFixture.run(
                database,
                "insert into mneme_outbox_relay (id, expires_at, reaches_sink) values ('gone', " + longAgo()
                        + ", true)");
        lanes.tend(true);
        assertThat(lanes.count()).isEqualTo(16);
        lanes.tend(false);
        assertThat(lanes.count()).as("nobody else reaches the sink either").isEqualTo(16);
        new LaneTable(database, dialect, "other", lease).renew(true);
        lanes.tend(true);
        assertThat(lanes.count()).isEqualTo(8);
        lanes.tend(false);
        assertThat(lanes.count()).isZero();
    }

    @Test
    void closingGivesTheLanesAway() throws SQLException {
        Outbox outbox = outbox(database).build();
        OutboxRelay relay = start(relay(outbox, sink).lease(Duration.ofMinutes(10)));
        publish(database, outbox, event(1, "a"));
        awaitEmpty();
        relay.close();
        assertThat(ask(database, "select count(*) from mneme_outbox_lane where owner is not null"))
                .isZero();
        assertThat(ask(database, "select count(*) from mneme_outbox_relay")).isZero();
        start(relay(outbox, sink));
        publish(database, outbox, event(2, "a"));
        awaitEmpty();
        assertThat(numbers(sink)).containsExactly(1, 2);
    }

    @Test
    void aTenantsEventsAreErasedWhereverTheyAre() throws SQLException {
        Outbox outbox = outbox(database).maxAttempts(1).keepDone().build();
        Tenant other = Tenant.of("other");
        sink.rejectIf(event -> number(event) == 1);
        OutboxRelay relay = start(relay(outbox, sink));
        publish(database, outbox, event(1, "a"), event(2, "b"), event(3, "c").tenant(other));
        awaitEmpty();
        relay.close();
        publish(database, outbox, event(4, "a"), event(5, "c").tenant(other));
        assertThat(outbox.erase(TENANT).records()).isEqualTo(3);
        assertThat(outbox.erase(TENANT).records()).isZero();
        assertThat(pending(database)).isEqualTo(1);
        assertThat(outbox.monitor().done()).isEqualTo(1);
    }

    @Test
    void theCleanerRemovesOnlyWhatIsDoneAndOld() throws SQLException {
        Outbox outbox = outbox(database).keepDoneFor(Duration.ofDays(1)).build();
        OutboxRelay relay = start(relay(outbox, sink));
        publish(database, outbox, event(1, "a"), event(2, "b"));
        awaitEmpty();
        relay.close();
        publish(database, outbox, event(3, "a"));
        assertThat(outbox.cleaner().removeDone()).isZero();
        long done = ask(database, "select min(id) from mneme_outbox_done");
        OutboxFixture.run(database, "update mneme_outbox_done set done_at = " + longAgo() + " where id = " + done);
        OutboxFixture.run(database, "update mneme_outbox set created_at = " + longAgo());
        assertThat(outbox.cleaner().removeDone()).isEqualTo(1);
        assertThat(outbox.monitor().done()).isEqualTo(1);
        assertThat(pending(database)).isEqualTo(1);
    }

    @Test
    void theReportCountsWhatThereIs() throws SQLException {
        Outbox outbox = outbox(database).build();
        assertThat(outbox.monitor().pending()).isZero();
        publish(database, outbox, event(1, "a"));
        OutboxFixture.run(database, "update mneme_outbox set created_at = " + longAgo());
        OutboxReport report = outbox.monitor();
        assertThat(report.pending()).isEqualTo(1);
        assertThat(report.oldest()).isGreaterThan(Duration.ofDays(1));
        assertThat(report.lanesOwned()).isZero();
        assertThat(report.table()).contains("pending").contains("outbox");
        OutboxFixture.run(database, "update mneme_outbox_lane set lease_until = " + longAgo() + " where lane = 3");
        assertThat(outbox.monitor().health(Duration.ofSeconds(20)).status())
                .isEqualTo(dev.mneme.HealthCheck.Status.UNHEALTHY);
        start(relay(outbox, sink));
        Await.until("owned lanes", () -> outbox.monitor().lanesOwned() == 16);
        assertThat(outbox.monitor().health(Duration.ofSeconds(20)).status())
                .isEqualTo(dev.mneme.HealthCheck.Status.HEALTHY);
    }

    @Test
    void whatCannotBeStoredIsRefusedWithWhatToDo() throws SQLException {
        Outbox outbox = outbox(database).maxPayloadBytes(100).build();
        try (Connection c = database.getConnection()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> outbox(database).build().publish(c, event(1, "a")))
                    .withMessageStartingWith("the connection must be in a transaction, was in auto-commit mode");
            c.setAutoCommit(false);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> outbox.publish(c, event(1, "a")))
                    .withMessageMatching("an event must have at most 100 bytes, had \\d+.*");
            Outbox roomy = outbox(database).build();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> roomy.publish(c, event(1, "a"), Duration.ofSeconds(1)))
                    .withMessageStartingWith("an event that is ordered by its key must have no delay, was PT1S");
            assertThatThrownBy(() -> roomy.publish(c, KitEvents.newerNamed("x")))
                    .isInstanceOf(RuntimeException.class);
            // the transaction is unharmed by all of it
            roomy.publish(c, event(2, "a"));
            c.commit();
        }
        assertThat(pending(database)).isEqualTo(1);
    }

    /** The day before yesterday by the database's clock, in an expression. */
    protected abstract String longAgo();
}
