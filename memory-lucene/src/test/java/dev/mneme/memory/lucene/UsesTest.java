package dev.mneme.memory.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.AgentKey;
import dev.mneme.Tenant;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.EvictionPolicy;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.Limits;
import dev.mneme.memory.context.MovableClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Last uses: what of them survives what, and what is left of them after an erasure. */
@Timeout(120)
class UsesTest {

    private static final String TENANT = "a-tenant-Hypsistenocephalic";
    private static final AgentKey KEY = AgentKey.of(TENANT, "agent");

    @TempDir
    Path temp;

    private final MovableClock clock = MovableClock.startingAt(Instant.parse("2026-03-01T12:00:00Z"));

    private LuceneContextStore.Builder settings(Path folder) {
        return LuceneContextStore.builder(folder, WriterProcess.embedder())
                .clock(clock)
                .limits(Limits.perAgent(3).lowWater(1).evict(EvictionPolicy.LEAST_RECENTLY_USED));
    }

    private void addThree(AgentContext agent) {
        for (int i = 0; i < 3; i++) {
            clock.advance(Duration.ofSeconds(1));
            agent.add(Interaction.of("r" + i, "common word" + i));
        }
    }

    private void use(AgentContext agent, int number, int times) {
        for (int i = 0; i < times; i++) {
            clock.advance(Duration.ofSeconds(1));
            agent.search(ContextQuery.text("word" + number).weights(1, 0).limit(1));
        }
    }

    /** Which of the three goes for a fourth. */
    private String firstToGo(LuceneContextStore store) {
        AgentContext agent = store.agent(KEY);
        clock.advance(Duration.ofSeconds(1));
        agent.add(Interaction.of("r3", "common word3"));
        for (int i = 0; i < 3; i++) {
            if (agent.find("r" + i).isEmpty()) {
                return "r" + i;
            }
        }
        return "none";
    }

    @Test
    void aCrashLosesTheUsesSinceTheLastThousandAndNoMore() throws IOException {
        Path folder = temp.resolve("store");
        Path early = temp.resolve("early");
        Path late = temp.resolve("late");
        try (LuceneContextStore store = settings(folder).open()) {
            AgentContext agent = store.agent(KEY);
            addThree(agent);
            use(agent, 0, 999);
            FolderBytes.ofBusy(folder).writeTo(early);
            use(agent, 0, 1);
            use(agent, 1, 1);
            FolderBytes.ofBusy(folder).writeTo(late);
        }
        try (LuceneContextStore store = settings(early).open()) {
            assertThat(firstToGo(store)).isEqualTo("r0");
        }
        try (LuceneContextStore store = settings(late).open()) {
            assertThat(firstToGo(store)).isEqualTo("r1");
        }
        try (LuceneContextStore store = settings(folder).open()) {
            assertThat(firstToGo(store)).isEqualTo("r2");
        }
    }

    @Test
    void aMemoryThatIsDroppedForAnotherKeepsItsUses() {
        try (LuceneContextStore store =
                settings(temp.resolve("store")).memoryBudget(0).open()) {
            AgentContext agent = store.agent(KEY);
            addThree(agent);
            use(agent, 0, 1);
            store.agent(AgentKey.of("other", "agent")).add(Interaction.of("x", "text"));
            assertThat(store.budget().drops()).isPositive();
            use(agent, 1, 1);

            assertThat(firstToGo(store)).isEqualTo("r2");
        }
    }

    @Test
    void erasingTakesTheUsesFromTheFilesEvenOfAnAgentWithoutRecords() throws IOException {
        Path folder = temp.resolve("store");
        try (LuceneContextStore store = settings(folder).open()) {
            addThree(store.agent(KEY));
            use(store.agent(KEY), 0, 1);
        }
        try (LuceneContextStore store = settings(folder).open()) {
            for (int i = 0; i < 3; i++) {
                store.agent(KEY).delete("r" + i);
            }
        }
        assertThat(FolderBytes.of(folder).filesWith("Hypsistenocephalic")).isNotEmpty();
        try (LuceneContextStore store = settings(folder).open()) {
            assertThat(store.stats().records()).isZero();
            assertThat(store.erase(Tenant.of(TENANT)).records()).isZero();
            assertThat(FolderBytes.ofBusy(folder).filesWith("Hypsistenocephalic"))
                    .isEmpty();
            assertThat(store.stats().records()).isZero();
        }
        try (var directory = FSDirectory.open(folder.resolve("index"));
                DirectoryReader reader = DirectoryReader.open(directory)) {
            assertThat(reader.numDocs()).isZero();
            assertThat(reader.numDeletedDocs()).isZero();
        }
    }

    @Test
    void withoutAPolicyThatNeedsThemNothingIsWrittenForSearches() throws IOException {
        Path folder = temp.resolve("store");
        try (LuceneContextStore store = LuceneContextStore.builder(folder, WriterProcess.embedder())
                .clock(clock)
                .limits(Limits.perAgent(3))
                .open()) {
            addThree(store.agent(KEY));
            long before = store.stats().bytes();
            use(store.agent(KEY), 0, 1_500);
            assertThat(store.stats().bytes()).isEqualTo(before);
        }
        try (var directory = FSDirectory.open(folder.resolve("index"));
                DirectoryReader reader = DirectoryReader.open(directory)) {
            assertThat(reader.numDocs()).isEqualTo(3);
        }
    }

    @Test
    void theStoreCountsRecordsNotUsesAfterARestart() {
        Path folder = temp.resolve("store");
        try (LuceneContextStore store = settings(folder).open()) {
            addThree(store.agent(KEY));
            use(store.agent(KEY), 0, 1);
        }
        try (LuceneContextStore store = settings(folder).open()) {
            assertThat(store.stats().records()).isEqualTo(3);
        }
    }
}
