package dev.mneme.memory.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.AgentKey;
import dev.mneme.Tenant;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.Interaction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What erasing leaves behind: nothing, in no file. */
@Timeout(120)
class ErasureTest {

    private static final String IN_ID = "Quixotry-4711-id";
    private static final String IN_TEXT = "Zugzwang-0815-text";
    private static final String IN_META = "Jabberwock-1729-meta";

    /** A key that is only in a posting list, and in the journal. */
    private static final String TENANT = "a-tenant-Hypsistenocephalic";

    @TempDir
    Path folder;

    private LuceneContextStore open() {
        return LuceneContextStore.open(folder, WriterProcess.embedder());
    }

    @Test
    void whatWasErasedIsInNoFileAnyMore() throws IOException {
        try (LuceneContextStore store = open()) {
            addMany(store);
            addCanaries(store);
        }
        try (LuceneContextStore store = open()) {
            FolderBytes before = FolderBytes.of(folder);
            assertThat(before.filesWith(IN_ID)).isNotEmpty().allMatch(file -> file.startsWith("index"));
            assertThat(before.filesWith(IN_TEXT)).isNotEmpty();
            assertThat(before.filesWith(IN_META)).isNotEmpty();

            assertThat(store.erase(Tenant.of(TENANT)).records()).isEqualTo(1);
            isInNoFile();
            isWhole(store, AgentKey.of("other", "agent7"));
            assertThat(store.agent(AgentKey.of(TENANT, "agent")).count()).isZero();
        }
        isInNoFile();
    }

    @Test
    void whatWasReplacedOrDeletedBeforeIsErasedToo() throws IOException {
        AgentKey key = AgentKey.of(TENANT, "agent");
        try (LuceneContextStore store = open()) {
            addMany(store);
            addCanaries(store);
        }
        try (LuceneContextStore store = open()) {
            store.agent(key).add(Interaction.of(IN_ID, "harmless"));
            store.agent(key).delete(IN_ID);
        }
        try (LuceneContextStore store = open()) {
            assertThat(FolderBytes.of(folder).filesWith(IN_TEXT)).isNotEmpty();
            assertThat(store.erase(Tenant.of(TENANT)).records()).isZero();
            isInNoFile();
        }
    }

    @Test
    void whatIsInTheJournalOnlyIsErasedToo() throws IOException {
        try (LuceneContextStore store = open()) {
            addFor(store, AgentKey.of("other", "agent"));
            addCanaries(store);
            assertThat(FolderBytes.ofBusy(folder).filesWith(IN_TEXT)).anyMatch(file -> file.startsWith("journal"));
            assertThat(store.erase(Tenant.of(TENANT)).records()).isEqualTo(1);
            isInNoFile();
            isWhole(store, AgentKey.of("other", "agent"));
        }
        try (LuceneContextStore store = open()) {
            isWhole(store, AgentKey.of("other", "agent"));
            assertThat(store.agent(AgentKey.of(TENANT, "agent")).count()).isZero();
        }
    }

    @Test
    void tenantsOfLikeNamesAreLeftAlone() {
        List<AgentKey> others = List.of(
                AgentKey.of("a%3A", "agent"),
                AgentKey.of("a:", "agent"),
                AgentKey.of("ab", "agent"),
                AgentKey.of("A", "agent"),
                AgentKey.of("a ", "agent"),
                AgentKey.of("b", "a"));
        try (LuceneContextStore store = open()) {
            others.forEach(key -> addFor(store, key));
            addFor(store, AgentKey.of("a", "agent"));
            addFor(store, AgentKey.of("a", "agent:2"));
        }
        try (LuceneContextStore store = open()) {
            assertThat(store.erase(Tenant.of("a")).records()).isEqualTo(2);
            others.forEach(key -> isWhole(store, key));
            assertThat(store.erase(Tenant.of("a")).records()).isZero();
        }
        try (LuceneContextStore store = open()) {
            others.forEach(key -> isWhole(store, key));
            assertThat(store.agent(AgentKey.of("a", "agent")).count()).isZero();
            assertThat(store.agent(AgentKey.of("a", "agent:2")).count()).isZero();
        }
    }

    private static void addCanaries(LuceneContextStore store) {
        store.agent(AgentKey.of(TENANT, "agent"))
                .add(Interaction.of(IN_ID, filler(1) + IN_TEXT + filler(2))
                        .meta("key", filler(3) + IN_META + filler(4)));
    }

    /** Enough to keep the compression of the index from cutting a short text into pieces. */
    private static String filler(int seed) {
        var text = new StringBuilder(" ");
        new Random(seed).ints(1_500, 'a', 'z' + 1).forEach(letter -> text.append((char) letter));
        return text.append(' ').toString();
    }

    /** So many of other agents that Lucene does not merge by itself for the sake of one that is deleted. */
    private static void addMany(LuceneContextStore store) {
        for (int i = 0; i < 50; i++) {
            addFor(store, AgentKey.of("other", "agent" + i));
        }
    }

    private static void addFor(LuceneContextStore store, AgentKey key) {
        store.agent(key).add(Interaction.of("kept", "kept for " + key.key()));
    }

    private static void isWhole(LuceneContextStore store, AgentKey key) {
        AgentContext agent = store.agent(key);
        assertThat(agent.count()).isOne();
        assertThat(agent.find("kept").map(Interaction::text)).hasValue("kept for " + key.key());
        assertThat(agent.search(ContextQuery.text("kept").weights(1, 0)).ids()).containsExactly("kept");
    }

    private void isInNoFile() throws IOException {
        FolderBytes after = FolderBytes.ofBusy(folder);
        for (String canary : List.of(IN_ID, IN_TEXT, IN_META, "Hypsistenocephalic", "zugzwang", "0815")) {
            assertThat(after.filesWith(canary)).as(canary).isEmpty();
        }
        try (var directory = FSDirectory.open(folder.resolve("index"));
                DirectoryReader reader = DirectoryReader.open(directory)) {
            assertThat(reader.numDeletedDocs()).isZero();
        }
    }
}
