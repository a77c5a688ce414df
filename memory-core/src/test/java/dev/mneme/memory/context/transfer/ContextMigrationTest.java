package dev.mneme.memory.context.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.AgentKey;
import dev.mneme.MnemeException;
import dev.mneme.Tenant;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.ContextStore;
import dev.mneme.memory.context.Fields;
import dev.mneme.memory.context.HashingEmbedder;
import dev.mneme.memory.context.InMemoryContextStore;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.Prune;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One store becomes another while it is used, and nothing is lost, doubled or brought back. */
class ContextMigrationTest {

    private static final AgentKey ANN = AgentKey.of("ann", "planner");
    private static final AgentKey BORIS = AgentKey.of("boris", "planner");
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    @TempDir
    Path folder;

    private final HookedStore from = new HookedStore(newStore(64));
    private final HookedStore to = new HookedStore(newStore(64));

    private static ContextStore newStore(int dimensions) {
        return InMemoryContextStore.create(HashingEmbedder.ofDimensions(dimensions));
    }

    private static Interaction record(int i) {
        return Interaction.of("id-" + i, "payment " + i).time(START.plusSeconds(i / 3));
    }

    private void fill(int records) {
        for (int i = 0; i < records; i++) {
            from.agent(i % 3 == 0 ? ANN : BORIS).add(record(i));
        }
    }

    private ContextMigration.Builder migration() {
        return ContextMigration.from(from).to(to).batch(10).stateIn(folder.resolve("state"));
    }

    private static List<Interaction> all(ContextStore store, AgentKey agent) {
        return store.agent(agent).scroll(10_000);
    }

    private void assertSame() {
        for (AgentKey agent : List.of(ANN, BORIS)) {
            assertThat(all(to, agent)).as("%s", agent).isEqualTo(all(from, agent));
        }
        assertThat(to.agents(Optional.empty(), 100)).isEqualTo(from.agents(Optional.empty(), 100));
    }

    @Test
    void allRecordsOfAllAgentsAreCopiedAndWhatIsBesideThemIsRemoved() {
        fill(100);
        to.agent(ANN).add(record(500));
        to.agent(ANN).add(record(0).time(START.plusSeconds(900)));
        to.agent(AgentKey.of("nobody", "any")).add(record(1));
        var told = new ArrayList<MigrationProgress>();

        ContextMigration migration = migration().onProgress(told::add).run();

        assertSame();
        assertThat(migration.phase()).isEqualTo(MigrationPhase.COPIED);
        assertThat(migration.verify().orThrow()).isEqualTo(new MigrationReport(2, 100, 0, 0, 0, 0));
        assertThat(told)
                .hasSizeGreaterThan(10)
                .allSatisfy(progress -> assertThat(progress.records()).isPositive());
    }

    @Test
    void verifyingTellsWhatIsMissingOtherwiseOrTooMuch() {
        fill(100);
        ContextMigration migration = migration().run();
        to.agent(ANN).delete("id-3");
        to.agent(ANN).add(record(0).importance(1));
        to.agent(BORIS).add(record(500));

        MigrationReport report = migration.verify();

        assertThat(report).isEqualTo(new MigrationReport(2, 100, 1, 1, 1, 0));
        assertThat(report.isComplete()).isFalse();
        assertThatThrownBy(report::orThrow)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("missing=1");
        migration.run();
        assertSame();
    }

    @Test
    void toAnotherEmbedderWordsAreCarriedAndVectorsAreMadeAnew() {
        ContextStore wider = newStore(128);
        var vector = new float[64];
        vector[0] = 1;
        fill(30);
        from.agent(ANN).add(record(100).vector(vector));
        from.agent(ANN).add(Interaction.of("no words", "").time(START).vector(vector));

        ContextMigration migration =
                ContextMigration.from(from).to(wider).batch(10).run();

        MigrationReport report = migration.verify().orThrow();
        assertThat(report.unmovable()).isOne();
        assertThat(report.records()).isEqualTo(32);
        assertThat(wider.agent(ANN).find("id-100")).hasValue(record(100));
        assertThat(wider.agent(ANN).search(ContextQuery.text("payment 100").weights(0, 1)))
                .isNotEmpty();
        assertThat(wider.agent(ANN).find("no words")).isEmpty();
    }

    @Test
    void vectorsThatWereGivenGoAlongToTheSameEmbedder() {
        var vector = new float[64];
        vector[0] = 1;
        from.agent(ANN).add(Interaction.of("no words", "").time(START).vector(vector));

        migration().run();

        assertThat(to.agent(ANN).find("no words").flatMap(Interaction::vector))
                .hasValueSatisfying(found -> assertThat(found).isEqualTo(vector));
    }

    @Test
    void aRecordDeletedWhileItsBatchIsUnderWayIsNotBroughtBack() {
        fill(30);
        ContextMigration migration = migration().open();
        to.beforeNextWrite(() -> {
            assertThat(migration.store().agent(ANN).delete("id-0")).isTrue();
            migration.store().agent(ANN).add(record(3).importance(1));
            migration.store().agent(ANN).add(record(900).time(START));
        });

        migration.run();

        assertSame();
        assertThat(to.agent(ANN).find("id-0")).isEmpty();
        assertThat(to.agent(ANN).find("id-3")).hasValue(record(3).importance(1));
    }

    @Test
    void aRecordWrittenAfterItsPageWasReadIsNotOverwrittenByWhatWasRead() {
        fill(30);
        var batches = new AtomicInteger();
        ContextMigration migration = migration()
                .onProgress(progress -> {
                    if (batches.incrementAndGet() == 1) {
                        assertThat(to.agent(ANN).find("id-0")).isEmpty();
                        assertThat(to.agent(ANN).find("id-3"))
                                .hasValue(record(3).importance(1));
                    }
                })
                .open();
        from.afterNextPage(() -> {
            migration.store().agent(ANN).delete("id-0");
            migration.store().agent(ANN).add(record(3).importance(1));
        });

        migration.run();

        assertThat(batches.get()).isGreaterThan(1);
        assertSame();
    }

    @Test
    void aMemoryClearedOrErasedWhileABatchIsUnderWayIsNotBroughtBack() {
        for (boolean erased : new boolean[] {false, true}) {
            fill(30);
            ContextMigration migration =
                    ContextMigration.from(from).to(to).batch(10).open();
            to.beforeNextWrite(() -> {
                if (erased) {
                    assertThat(migration.store().erase(Tenant.of("ann")).records())
                            .isEqualTo(10);
                } else {
                    assertThat(migration.store().agent(ANN).clear()).isEqualTo(10);
                }
            });

            migration.run();

            assertSame();
            assertThat(to.agent(ANN).count()).isZero();
            assertThat(to.agent(BORIS).count()).isEqualTo(20);
        }
    }

    @Test
    void aRecordAddedWhileItsMemoryIsClearedIsInBothOrNone() {
        fill(30);
        ContextMigration migration = migration().run();
        AgentContext agent = migration.store().agent(ANN);
        // between the clearing of the one store and of the other
        to.beforeNextWrite(() -> agent.add(record(900)));

        agent.clear();

        assertSame();
        assertThat(agent.find("id-900")).isPresent();
    }

    @Test
    void twoWritesOfOneRecordThatMeetLeaveBothStoresAlike() {
        ContextMigration migration = migration().run();
        AgentContext agent = migration.store().agent(ANN);
        // the later one overtakes the earlier one on its way to the second store
        to.beforeNextWrite(() -> agent.add(record(1).importance(0.9)));

        agent.add(record(1).importance(0.1));

        assertThat(from.agent(ANN).find("id-1")).hasValue(record(1).importance(0.9));
        assertSame();
    }

    @Test
    void aDeleteThatOvertakesAnAddLeavesBothStoresAlike() {
        ContextMigration migration = migration().run();
        AgentContext agent = migration.store().agent(ANN);
        to.beforeNextWrite(() -> agent.delete("id-1"));

        agent.add(record(1));

        assertThat(from.agent(ANN).find("id-1")).isEmpty();
        assertSame();
    }

    @Test
    void aRecordThatIsWrittenTakesThePlaceOfANewerOneThatTheAnsweringStoreNeverHad() {
        ContextMigration migration = migration().run();
        to.agent(ANN).add(record(1).time(START.plusSeconds(900)));

        migration.store().agent(ANN).add(record(1));

        assertSame();
    }

    @Test
    void aWriteThatIsUnderWayWhenTheNewStoreBeginsToAnswerIsInBoth() {
        fill(30);
        ContextMigration migration = migration().run();
        from.beforeNextWrite(migration::switchOver);

        migration.store().agent(ANN).add(record(900));

        assertThat(migration.phase()).isEqualTo(MigrationPhase.SWITCHED);
        assertThat(migration.store().agent(ANN).find("id-900")).isPresent();
        assertSame();
    }

    @Test
    void aRecordWithoutATimeGetsOneTimeInBothStores() {
        ContextMigration migration = migration().run();

        migration.store().agent(ANN).add(Interaction.of("now", "payment"));

        assertSame();
    }

    @Test
    void aStoreThatFailsDoesNotFailTheHostAndIsSettledByTheNextRun() {
        fill(30);
        ContextMigration migration = migration().run();
        to.beforeWriting(() -> {
            throw new MnemeException("away");
        });
        AgentContext agent = migration.store().agent(ANN);

        agent.add(record(900));
        agent.delete("id-0");
        migration.store().agent(BORIS).clear();
        assertThat(migration.hasMissedWrites()).isTrue();
        assertThat(migration.verify().isComplete()).isFalse();
        assertThatThrownBy(migration::switchOver).hasMessage("away");
        assertThat(migration.phase()).isEqualTo(MigrationPhase.COPIED);

        to.beforeWriting(() -> {});
        migration.switchOver();
        assertThat(migration.hasMissedWrites()).isFalse();
        assertThat(migration.store().agent(ANN).find("id-900")).isPresent();
        assertSame();
    }

    @Test
    void whatIsPrunedGoesFromBoth() {
        fill(30);
        ContextMigration migration = migration().run();
        Prune prune = Prune.matching(Fields.type().is("message"));
        AgentContext agent = migration.store().agent(ANN);

        assertThat(agent.prune(prune.dryRun()).removed()).isEqualTo(10);
        assertThat(agent.count()).isEqualTo(10);
        assertThat(agent.prune(prune).removed()).isEqualTo(10);

        assertSame();
        assertThat(to.agent(ANN).count()).isZero();
        assertThat(agent.stats().totalVectors()).isZero();
        assertThat(migration.store().stats().records()).isEqualTo(20);
    }

    @Test
    void aStoreThatFailsTellsWhoErasesATenant() {
        fill(30);
        ContextMigration migration = migration().run();
        to.beforeWriting(() -> {
            throw new MnemeException("away");
        });

        assertThatThrownBy(() -> migration.store().erase(Tenant.of("ann"))).hasMessage("away");

        to.beforeWriting(() -> {});
        assertThat(migration.store().erase(Tenant.of("ann")).records()).isEqualTo(10);
        assertThat(to.agent(ANN).count() + from.agent(ANN).count()).isZero();
    }

    @Test
    void switchedOverTheNewStoreAnswersAndTheOldOneIsWrittenOn() {
        fill(30);
        ContextMigration migration = migration().run();
        migration.switchOver();
        AgentContext agent = migration.store().agent(ANN);

        agent.add(record(900));
        agent.delete("id-0");
        to.agent(ANN).add(record(901)); // past the migration: seen, for the new store answers
        assertThat(agent.count()).isEqualTo(11);
        assertThat(from.agent(ANN).find("id-900")).isPresent();

        migration.rollback();

        assertSame();
        assertThat(migration.store().agent(ANN).find("id-901")).isPresent();
        agent.add(record(902));
        assertThat(from.agent(ANN).find("id-902")).isPresent();
        assertThat(to.agent(ANN).find("id-902")).isEmpty();
    }

    @Test
    void rolledBackBeforeItWasSwitchedTheOldStoreIsAsItWas() {
        fill(30);
        List<Interaction> before = all(from, BORIS);
        ContextMigration migration = migration().run();

        migration.rollback();

        assertThat(all(from, BORIS)).isEqualTo(before);
        assertThat(all(migration.store(), BORIS)).isEqualTo(before);
        assertThatThrownBy(migration::run)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a migration that is ROLLED_BACK cannot be run");
    }

    @Test
    void finishedTheNewStoreAloneIsUsed() {
        fill(30);
        ContextMigration migration = migration().run();
        assertThatThrownBy(migration::finish).isInstanceOf(IllegalStateException.class);
        migration.switchOver();
        migration.finish();

        migration.store().agent(ANN).add(record(900));

        assertThat(to.agent(ANN).find("id-900")).isPresent();
        assertThat(from.agent(ANN).find("id-900")).isEmpty();
        assertThatThrownBy(migration::rollback).isInstanceOf(IllegalStateException.class);
        assertThat(migration().open().phase()).isEqualTo(MigrationPhase.FINISHED);
    }

    @Test
    void endedBeforeAnyWriteItGoesOnAndNothingIsLostOrDoubled() {
        fill(60);
        var writes = new AtomicInteger();
        var kills = 0;
        ContextMigration migration = migration().open();
        while (migration.phase() == MigrationPhase.COPYING) {
            int last = writes.get();
            to.beforeWriting(() -> {
                if (writes.incrementAndGet() > last + 1) { // one more write than the time before
                    throw new MnemeException("killed");
                }
            });
            // what was written to the old store alone when the process was killed
            from.agent(BORIS).delete("id-" + (kills * 3 + 1));
            from.agent(BORIS).add(record(1_000 + kills).time(START));
            try {
                migration.run();
            } catch (MnemeException e) {
                assertThat(e).hasMessage("killed");
                kills++;
            }
            migration = migration().open();
        }

        assertThat(kills).isGreaterThan(5);
        assertSame();
        assertThat(migration.verify().orThrow().records())
                .isEqualTo(from.agent(ANN).count() + from.agent(BORIS).count());
    }

    @Test
    void anInterruptStopsItAfterABatchAndIsKept() {
        fill(60);
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> migration().run()).hasMessageContaining("interrupted");

        assertThat(Thread.interrupted()).isTrue();
        long copied = to.agent(ANN).count() + to.agent(BORIS).count();
        assertThat(copied).isEqualTo(10);
        migration().run();
        assertSame();
    }

    @Test
    void anErasedTenantIsNotNamedByTheState() throws IOException {
        fill(60);
        var batches = new AtomicInteger();
        ContextMigration migration = migration()
                .onProgress(progress -> {
                    if (batches.incrementAndGet() == 1) {
                        throw new MnemeException("stopped");
                    }
                })
                .open();
        assertThatThrownBy(migration::run).hasMessage("stopped");
        assertThat(Files.readString(folder.resolve("state"))).contains("ann", "id-");

        migration.store().erase(Tenant.of("ann"));

        assertThat(Files.readString(folder.resolve("state")))
                .doesNotContain("ann")
                .doesNotContain("id-");
        migration.run();
        assertSame();
        assertThat(to.agent(ANN).count()).isZero();
    }

    @Test
    void theStateOfOtherStoresAndADamagedOneAreRefused() throws IOException {
        fill(10);
        migration().run();

        assertThatThrownBy(() -> ContextMigration.from(from)
                        .to(newStore(32))
                        .stateIn(folder.resolve("state"))
                        .open())
                .isInstanceOf(ContextFileException.class)
                .hasMessageContainingAll(to.fingerprint(), newStore(32).fingerprint());
        for (String damaged : List.of("", "{", "[]", "{\"mneme-migration\":1}")) {
            Files.writeString(folder.resolve("state"), damaged);
            assertThatThrownBy(() -> migration().open()).isInstanceOf(ContextFileException.class);
        }
        assertThatThrownBy(() -> ContextMigration.from(from).to(from)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> migration().batch(0)).hasMessageContaining("was 0");
    }

    @Test
    void whateverIsWrittenByManyThreadsMeanwhileBothStoresEndAlike()
            throws InterruptedException, ExecutionException, TimeoutException {
        long seed = System.nanoTime();
        fill(300);
        ContextMigration migration = migration().open();
        var running = new AtomicInteger(3);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            var writers = new ArrayList<Future<?>>();
            for (int writer = 0; writer < 3; writer++) {
                var random = new Random(seed + writer);
                writers.add(threads.submit(() -> {
                    for (int i = 0; i < 1_500; i++) {
                        write(migration.store(), random);
                    }
                    running.decrementAndGet();
                }));
            }
            Future<?> mover = threads.submit(() -> {
                while (running.get() > 0) {
                    migration.run();
                }
                migration.switchOver();
            });
            mover.get(120, TimeUnit.SECONDS);
            for (Future<?> writer : writers) {
                writer.get(120, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(migration.hasMissedWrites()).as("seed %s", seed).isFalse();
        MigrationReport report = migration.verify();
        assertThat(report.isComplete()).as("seed %s: %s", seed, report).isTrue();
        assertSame();
    }

    private static void write(ContextStore store, Random random) {
        AgentContext agent = store.agent(random.nextBoolean() ? ANN : BORIS);
        int id = random.nextInt(20);
        switch (random.nextInt(40)) {
            case 0 -> agent.clear();
            case 1 -> store.erase(agent.key().tenant());
            case 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 -> agent.delete("id-" + id);
            case 13, 14, 15 ->
                agent.addAll(List.of(
                        record(id).importance(random.nextDouble()),
                        record(id + 1).importance(random.nextDouble())));
            default ->
                agent.add(Interaction.of("id-" + id, "payment " + random.nextInt(9))
                        .time(START.plus(Duration.ofSeconds(random.nextInt(3)))));
        }
    }
}
