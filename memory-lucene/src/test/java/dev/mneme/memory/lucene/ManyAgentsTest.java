package dev.mneme.memory.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mneme.AgentKey;
import dev.mneme.Tenant;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.Fields;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.MovableClock;
import dev.mneme.servers.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** More agents than there is heap for: memories are dropped and read again, and nobody can tell. */
@Timeout(900)
class ManyAgentsTest {

    private static final long SEED = 20_261_121;

    @TempDir
    Path folder;

    private LuceneContextStore.Builder store() {
        return ManyAgentsProcess.store(folder);
    }

    @Test
    void theBudgetHoldsHoweverManyAgentsAreTouched() {
        int agents = 10_000;
        int records = Boolean.getBoolean("mneme.long") ? 1_000 : 10;
        long agent = ManyAgentsProcess.estimate(records);
        long budget = 40 * agent;
        // those in use come on top: the one that is asked, and the one that the index thread is telling what it wrote
        long bound = budget + 2 * agent;
        try (LuceneContextStore store = store().memoryBudget(budget).open()) {
            ManyAgentsProcess.fill(store, agents, records);
            assertThat(store.budget().highest()).isLessThanOrEqualTo(bound);
        }
        try (LuceneContextStore store = store().memoryBudget(budget).open()) {
            var random = new Random(SEED);
            for (int i = 0; i < agents; i++) {
                ManyAgentsProcess.touch(store, random.nextInt(agents), records);
            }
            assertThat(store.budget().highest()).isPositive().isLessThanOrEqualTo(bound);
            assertThat(store.budget().drops()).isGreaterThan(agents / 2);
        }
    }

    @Test
    void aSmallHeapIsEnoughForManyAgents() throws Exception {
        try (ChildJvm child = ChildJvm.start(ManyAgentsProcess.class, folder.toString(), "10000", "20")) {
            assertThat(child.rest()).as(child.errors()).containsExactly("filled", "touched");
        }
    }

    @Test
    void whatAnAgentDoesIsTheSameWithoutRoomForAnother() throws IOException {
        var random = new Random(SEED);
        Map<AgentKey, Map<String, String>> model = new HashMap<>();
        List<AgentKey> keys = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            keys.add(AgentKey.of("tenant" + i % 2, "agent" + i));
            model.put(keys.get(i), new HashMap<>());
        }
        Path copy = folder.resolveSibling(folder.getFileName() + "-copy");
        // so that dropped memories have changes that the index does not show
        try (LuceneContextStore store =
                store().memoryBudget(0).often(50, 64 * 1024).open()) {
            for (int i = 0; i < 1_500; i++) {
                AgentKey key = keys.get(random.nextInt(keys.size()));
                Map<String, String> records = model.get(key);
                String id = "id" + random.nextInt(20);
                String where = "seed " + SEED + ", operation " + i;
                switch (random.nextInt(12)) {
                    case 0 -> {
                        assertThat(store.agent(key).clear()).as(where).isEqualTo(records.size());
                        records.clear();
                    }
                    case 1, 2 ->
                        assertThat(store.agent(key).delete(id)).as(where).isEqualTo(records.remove(id) != null);
                    case 3, 4, 5 -> isThere(store.agent(key), records, where);
                    default -> {
                        Interaction record =
                                Interaction.of(id, "common word" + i).time(Instant.EPOCH.plusSeconds(i));
                        store.agent(key).add(record);
                        records.put(id, record.text());
                    }
                }
            }
            assertThat(store.budget().drops()).isGreaterThan(1_000);
            FolderBytes.ofBusy(folder).writeTo(copy);
            long erased = 0;
            for (AgentKey key : keys) {
                if (key.tenant().equals(Tenant.of("tenant1"))) {
                    erased += model.get(key).size();
                }
            }
            assertThat(store.erase(Tenant.of("tenant1")).records()).isEqualTo(erased);
        }
        try (LuceneContextStore crashed =
                LuceneContextStore.builder(copy, WriterProcess.embedder()).open()) {
            model.forEach((key, records) -> isThere(crashed.agent(key), records, "seed " + SEED + ", after a crash"));
        }
    }

    private static void isThere(AgentContext agent, Map<String, String> records, String where) {
        assertThat(agent.count()).as(where).isEqualTo(records.size());
        assertThat(new TreeSet<>(
                        agent.search(ContextQuery.text("common").weights(1, 0).limit(100))
                                .ids()))
                .as(where)
                .isEqualTo(new TreeSet<>(records.keySet()));
        records.forEach((id, text) ->
                assertThat(agent.find(id).map(Interaction::text)).as(where).hasValue(text));
    }

    @Test
    void whatIsOverStaysOverWhenItsMemoryIsReadAgain() {
        var clock = MovableClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
        try (LuceneContextStore store = store().memoryBudget(0).clock(clock).open()) {
            AgentContext one = store.agent(AgentKey.of("tenant", "one"));
            AgentContext other = store.agent(AgentKey.of("tenant", "other"));
            one.add(Interaction.of("short", "text").ttl(Duration.ofMinutes(1)));
            one.add(Interaction.of("long", "text"));
            other.add(Interaction.of("a", "text"));
            assertThat(one.count()).isEqualTo(2);
            clock.advance(Duration.ofMinutes(2));
            for (int i = 0; i < 3; i++) {
                assertThat(other.count()).isOne();
                assertThat(one.count()).isOne();
                assertThat(one.find("short")).isEmpty();
            }
            one.add(Interaction.of("short", "again"));
            assertThat(other.count()).isOne();
            assertThat(one.find("short").map(Interaction::text)).hasValue("again");
            assertThat(one.count()).isEqualTo(2);
        }
    }

    @Test
    void manyThreadsAtManyAgentsWithoutRoomLoseNothing() throws Exception {
        int threads = 6;
        int rounds = Boolean.getBoolean("mneme.long") ? 200 : 60;
        var pool = Executors.newFixedThreadPool(threads);
        try (LuceneContextStore store =
                store().memoryBudget(0).often(20, 32 * 1024).open()) {
            List<Future<?>> tasks = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int number = thread;
                tasks.add(pool.submit(() -> {
                    for (int i = 0; i < rounds; i++) {
                        AgentContext agent = store.agent(AgentKey.of("tenant", "agent" + (number + i) % 3));
                        String id = number + "/" + i;
                        agent.add(Interaction.of(id, "common text"));
                        assertThat(agent.find(id)).isPresent();
                        assertThat(agent.count(Fields.type().is("message"))).isPositive();
                    }
                }));
            }
            for (Future<?> task : tasks) {
                task.get(300, TimeUnit.SECONDS);
            }
            long all = 0;
            for (int i = 0; i < 3; i++) {
                all += store.agent(AgentKey.of("tenant", "agent" + i)).count();
            }
            assertThat(all).isEqualTo((long) threads * rounds);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void fewAgentsWaitForTheIndexEvenIfNothingIsAdded() {
        try (LuceneContextStore store = store().often(50, Long.MAX_VALUE).open()) {
            for (int i = 0; i < 1_000; i++) {
                store.agent(AgentKey.of("tenant", "agent" + i)).clear();
            }
            // the index follows on its own thread
            for (long from = System.nanoTime();
                    store.unseenAgents() > 50 && System.nanoTime() - from < 60_000_000_000L; ) {
                Thread.onSpinWait();
            }
            assertThat(store.unseenAgents()).isLessThanOrEqualTo(50);
        }
    }

    @Test
    void anAgentLargerThanTheBudgetIsServedAllTheSame() {
        try (LuceneContextStore store = store().memoryBudget(1_000).open()) {
            ManyAgentsProcess.fill(store, 1, 500);
            ManyAgentsProcess.touch(store, 0, 500);
            assertThat(store.budget().drops()).isZero();
        }
    }

    @Test
    void aBudgetBelowZeroIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store().memoryBudget(-1))
                .withMessage("memoryBudget must be at least 0 bytes, was -1");
    }
}
