package dev.mneme.memory.context.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.AgentKey;
import dev.mneme.Tenant;
import dev.mneme.memory.context.Added;
import dev.mneme.memory.context.Additions;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.ContextStore;
import dev.mneme.memory.context.ContextStoreAwayException;
import dev.mneme.memory.context.Freshness;
import dev.mneme.memory.context.HashingEmbedder;
import dev.mneme.memory.context.Hits;
import dev.mneme.memory.context.InMemoryContextStore;
import dev.mneme.memory.context.Interaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** While a store is away its changes wait on disk, in order and each once, and reads say what they are worth. */
class JournaledContextStoreTest {

    private static final AgentKey ANN = AgentKey.of("ann", "planner");
    private static final AgentKey BORIS = AgentKey.of("boris", "planner");
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration SOON = Duration.ofMillis(1);

    @TempDir
    Path folder;

    /** Outlives the journaled stores, as a server does. */
    private final ContextStore server = InMemoryContextStore.create(HashingEmbedder.ofDimensions(64));

    private final HookedStore way = new HookedStore(server);
    private final List<JournaledContextStore> opened = new ArrayList<>();
    private JournaledContextStore store;

    @BeforeEach
    void openOne() {
        way.keepOpen();
        store = open(1_000_000);
    }

    private JournaledContextStore open(long maxBytes) {
        JournaledContextStore made = JournaledContextStore.builder(way, folder)
                .retryEvery(SOON)
                .maxBytes(maxBytes)
                .clock(() -> START)
                .build();
        opened.add(made);
        return made;
    }

    @AfterEach
    void closeAll() {
        opened.forEach(JournaledContextStore::close);
    }

    private void away() {
        way.away(() -> {
            throw new ContextStoreAwayException("cut off", null);
        });
    }

    private void back() {
        way.away(() -> {});
    }

    private void awaitDrained() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (store.waiting() > 0 && System.nanoTime() - deadline < 0) {
            Thread.onSpinWait();
        }
        assertThat(store.waiting()).isZero();
    }

    private static Interaction record(int i) {
        return Interaction.of("id-" + i, "payment " + i).time(START.plusSeconds(i));
    }

    private Path file() {
        return folder.resolve("changes.journal");
    }

    @Test
    void whileItCanBeReachedTheStoreItselfAnswersAndNothingIsWritten() throws IOException {
        AgentContext agent = store.agent(ANN);

        assertThat(agent.add(record(1))).isEqualTo(Added.NEW);
        assertThat(agent.search(ContextQuery.text("payment")).freshness()).isEqualTo(Freshness.LIVE);
        assertThat(agent.delete("id-1")).isTrue();
        assertThat(agent.delete("id-1")).isFalse();
        assertThat(store.waiting()).isZero();
        assertThat(Files.size(file())).isZero();
    }

    @Test
    void whatIsWrittenWhileItIsAwayIsThereOnceItIsBackEachOnce() throws IOException {
        AgentContext agent = store.agent(ANN);
        agent.add(record(1));
        away();

        assertThat(agent.add(record(2))).isEqualTo(Added.QUEUED);
        assertThat(agent.addAll(List.of(record(3), record(4))).queued()).isEqualTo(2);
        assertThat(agent.delete("id-1")).isTrue();
        assertThat(store.agent(BORIS).add(Interaction.of("now", "payment"))).isEqualTo(Added.QUEUED);
        assertThat(store.waiting()).isEqualTo(5);
        back();
        awaitDrained();

        assertThat(server.agent(ANN).scroll(10)).containsExactly(record(2), record(3), record(4));
        assertThat(server.agent(BORIS).find("now").flatMap(Interaction::time)).hasValue(START);
        assertThat(agent.add(record(5))).isEqualTo(Added.NEW);
        assertThat(Files.size(file())).isZero();
    }

    @Test
    void changesOfOneRecordKeepTheirOrder() {
        AgentContext agent = store.agent(ANN);
        away();
        agent.add(record(1));
        agent.delete("id-1");
        agent.add(record(1).importance(0.9));
        agent.add(record(2));
        agent.delete("id-2");
        back();
        awaitDrained();

        assertThat(server.agent(ANN).scroll(10)).containsExactly(record(1).importance(0.9));
    }

    @Test
    void aChangeMadeWhileOthersAreAppliedComesAfterThem() throws InterruptedException {
        AgentContext agent = store.agent(ANN);
        away();
        agent.add(record(1));
        var applying = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        way.beforeNextWrite(() -> {
            applying.countDown();
            await(goOn);
        });
        back();
        assertThat(applying.await(60, TimeUnit.SECONDS)).isTrue();

        // the store can be reached, but what waits is not there yet
        assertThat(agent.delete("id-1")).isTrue();
        assertThat(store.waiting()).isEqualTo(2);
        goOn.countDown();
        awaitDrained();

        assertThat(server.agent(ANN).find("id-1")).isEmpty();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aProcessThatEndsLeavesWhatWaitsToTheNext() {
        AgentContext agent = store.agent(ANN);
        away();
        agent.add(record(1).meta("тип", "платёж"));
        agent.delete("id-2");
        store.close();
        server.agent(ANN).add(record(2));

        store = open(1_000_000);
        assertThat(store.waiting()).isEqualTo(2);
        assertThat(store.agent(ANN).add(record(3))).isEqualTo(Added.QUEUED);
        back();
        awaitDrained();

        assertThat(server.agent(ANN).scroll(10)).containsExactly(record(1).meta("тип", "платёж"), record(3));
    }

    @Test
    void aFileCutAnywhereKeepsWhatIsWholeBeforeTheCut() throws IOException {
        away();
        for (int i = 0; i < 3; i++) {
            store.agent(ANN).add(record(i));
        }
        store.close();
        byte[] whole = Files.readAllBytes(file());
        int line = whole.length / 3;
        for (int length = 0; length <= whole.length; length += 7) {
            Files.write(file(), Arrays.copyOf(whole, length));
            store = open(1_000_000);
            assertThat(store.waiting()).as("cut at %s", length).isEqualTo(length / line);
            assertThat(store.agent(ANN).add(record(9))).isEqualTo(Added.QUEUED);
            assertThat(store.waiting()).isEqualTo(length / line + 1);
            store.close();
        }
    }

    @Test
    void aDamagedChangeIsLeftOutTheOthersAreUsedAndTheFileIsKept() throws IOException {
        away();
        for (int i = 0; i < 3; i++) {
            store.agent(ANN).add(record(i));
        }
        store.close();
        byte[] whole = Files.readAllBytes(file());
        whole[whole.length / 2] ^= 1;
        Files.write(file(), whole);

        store = open(1_000_000);
        assertThat(store.waiting()).isEqualTo(2);
        assertThat(folder.resolve("changes.damaged")).hasBinaryContent(whole);
        back();
        awaitDrained();
        assertThat(server.agent(ANN).scroll(10)).containsExactly(record(0), record(2));
    }

    @Test
    void aFullJournalRefusesAndDropsNothing() {
        store.close();
        store = open(500);
        AgentContext agent = store.agent(ANN);
        away();
        int taken = 0;
        while (taken < 100) {
            try {
                agent.add(record(taken));
                taken++;
            } catch (JournalFullException e) {
                assertThat(e).hasMessageContaining("at most 500 bytes").hasMessageContaining("nothing was changed");
                break;
            }
        }
        assertThat(taken).isBetween(1, 99);
        int kept = taken;
        assertThatThrownBy(() -> agent.addAll(List.of(record(200), record(201))))
                .isInstanceOf(JournalFullException.class);
        assertThat(store.waiting()).isEqualTo(kept);
        back();
        awaitDrained();

        assertThat(server.agent(ANN).count()).isEqualTo(kept);
        assertThat(agent.add(record(300))).isEqualTo(Added.NEW);
    }

    @Test
    void anAnswerSaysWhatItIsWorth() {
        AgentContext agent = store.agent(ANN);
        agent.addAll(List.of(record(1), record(2)));
        ContextQuery asked = ContextQuery.text("payment").limit(5);
        assertThat(agent.search(asked).freshness()).isEqualTo(Freshness.LIVE);
        away();
        agent.add(record(3));
        agent.delete("id-1");

        Hits stale = agent.search(ContextQuery.text("payment").limit(5));
        assertThat(stale.freshness()).isEqualTo(Freshness.STALE);
        assertThat(stale.ids()).containsExactly("id-2");
        assertThat(stale.reason()).contains("2 changes wait", "earlier answer");
        Hits unknown = agent.search(ContextQuery.text("refund"));
        assertThat(unknown.freshness()).isEqualTo(Freshness.PARTIAL);
        assertThat(unknown.reason()).contains("not asked before");
        assertThat(store.agent(BORIS).search(asked).freshness()).isEqualTo(Freshness.PARTIAL);
        assertThat(agent.find("id-3")).hasValue(record(3));
        assertThat(agent.find("id-1")).isEmpty();
        assertThatThrownBy(() -> agent.find("id-2")).isInstanceOf(ContextStoreAwayException.class);
        assertThatThrownBy(agent::count).isInstanceOf(ContextStoreAwayException.class);
        assertThatThrownBy(agent::clear)
                .isInstanceOf(ContextStoreAwayException.class)
                .hasMessageContaining("nothing was changed");
        back();
        awaitDrained();
        assertThat(agent.search(asked).freshness()).isEqualTo(Freshness.LIVE);
        assertThat(agent.search(asked).ids()).containsExactlyInAnyOrder("id-2", "id-3");
    }

    @Test
    void anEarlierAnswerHasNothingThatWasDeletedBeforeTheStoreWentAwayNorWhatWasDeletedMeanwhileAndIsGone() {
        AgentContext agent = store.agent(ANN);
        agent.addAll(List.of(record(1), record(2)));
        ContextQuery asked = ContextQuery.text("payment");
        assertThat(agent.search(asked)).hasSize(2);
        agent.delete("id-1");
        away();
        assertThat(agent.search(asked).ids()).doesNotContain("id-1");
        back();
        assertThat(agent.search(asked).ids()).containsExactly("id-2");
        away();
        agent.delete("id-2");
        assertThat(agent.search(asked).freshness()).isEqualTo(Freshness.STALE);
        back();
        awaitDrained();
        away();

        assertThat(agent.search(asked)).isEmpty();
    }

    @Test
    void anAnswerThatWasAskedForBeforeATenantWasErasedIsNotRemembered() {
        AgentContext agent = store.agent(ANN);
        agent.add(record(1));
        way.afterNextSearch(() -> store.erase(Tenant.of("ann")));
        agent.search(ContextQuery.text("payment"));
        away();

        assertThat(agent.search(ContextQuery.text("payment"))).isEmpty();
    }

    @Test
    void anAnswerIsPartialAsLongAsChangesWait() throws InterruptedException {
        AgentContext agent = store.agent(ANN);
        agent.addAll(List.of(record(1), record(2)));
        away();
        agent.delete("id-1");
        var applying = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        way.beforeNextWrite(() -> {
            applying.countDown();
            await(goOn);
        });
        back();
        assertThat(applying.await(60, TimeUnit.SECONDS)).isTrue();

        Hits hits = agent.search(ContextQuery.text("payment"));

        assertThat(hits.freshness()).isEqualTo(Freshness.PARTIAL);
        assertThat(hits.ids()).containsExactly("id-2");
        goOn.countDown();
        awaitDrained();
    }

    @Test
    void aTenantIsErasedFromTheJournalToo() throws IOException {
        AgentContext agent = store.agent(ANN);
        agent.add(record(1));
        agent.search(ContextQuery.text("payment"));
        away();
        agent.add(record(2));
        store.agent(BORIS).add(record(3));

        assertThatThrownBy(() -> store.erase(Tenant.of("ann"))).isInstanceOf(ContextStoreAwayException.class);
        assertThat(store.waiting()).isOne();
        assertThat(Files.readString(file(), UTF_8)).doesNotContain("\"ann\"").contains("\"boris\"");
        assertThat(agent.search(ContextQuery.text("payment"))).isEmpty();
        back();
        awaitDrained();
        assertThat(store.erase(Tenant.of("ann")).records()).isOne();
        assertThat(server.agent(ANN).count()).isZero();
        assertThat(server.agent(BORIS).count()).isOne();
    }

    @Test
    void aTenantErasedWhileItsChangeIsAppliedDoesNotComeBack() throws Exception {
        away();
        store.agent(ANN).add(record(1));
        store.agent(BORIS).add(record(2));
        var applying = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        way.beforeNextWrite(() -> {
            applying.countDown();
            await(goOn);
        });
        back();
        assertThat(applying.await(60, TimeUnit.SECONDS)).isTrue();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<?> erased = thread.submit(() -> store.erase(Tenant.of("ann")));
            while (store.waiting() == 2) {
                Thread.onSpinWait();
            }
            goOn.countDown();
            erased.get(60, TimeUnit.SECONDS);
        } finally {
            thread.shutdownNow();
        }
        awaitDrained();

        assertThat(server.agent(ANN).count()).isZero();
        assertThat(server.agent(BORIS).scroll(10)).containsExactly(record(2));
    }

    @Test
    void aChangeThatTheStoreRefusesIsCountedAndHoldsUpNoOther() {
        AgentContext agent = store.agent(ANN);
        away();
        agent.add(record(1));
        agent.add(Interaction.of("too long", "x".repeat(AgentContext.DEFAULT_MAX_TEXT_BYTES + 1)));
        agent.add(record(2));
        back();
        awaitDrained();

        assertThat(server.agent(ANN).scroll(10)).containsExactly(record(1), record(2));
        assertThat(store.refused()).isOne();
    }

    @Test
    void comingAndGoingAtRandomLosesAndDoublesNothing() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        Map<String, Interaction> model = new TreeMap<>();
        for (int i = 0; i < 1_000; i++) {
            switch (random.nextInt(20)) {
                case 0 -> away();
                case 1 -> back();
                case 2 -> {
                    store.close();
                    store = open(1_000_000);
                }
                case 3, 4, 5, 6 -> {
                    String id = "id-" + random.nextInt(30);
                    store.agent(ANN).delete(id);
                    model.remove(id);
                }
                default -> {
                    Interaction put = Interaction.of("id-" + random.nextInt(30), "payment " + i)
                            .time(START.plusSeconds(i));
                    Additions taken = store.agent(ANN).addAll(List.of(put));
                    assertThat(taken.total()).as("seed %s", seed).isOne();
                    model.put(put.id(), put);
                }
            }
        }
        back();
        awaitDrained();

        assertThat(server.agent(ANN).scroll(100))
                .as("seed %s", seed)
                .containsExactlyInAnyOrderElementsOf(model.values());
    }
}
