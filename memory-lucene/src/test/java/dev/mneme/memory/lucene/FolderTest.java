package dev.mneme.memory.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.ContextStoreException;
import dev.mneme.memory.context.Embedder;
import dev.mneme.memory.context.EmbedderMismatchException;
import dev.mneme.memory.context.HashingEmbedder;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.TextAnalyzer;
import dev.mneme.servers.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.FSDirectory;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Folders that cannot be opened: each is told by name, with what is safe to do, and left as it is. */
@Timeout(120)
class FolderTest {

    private static final AgentKey KEY = AgentKey.of("tenant", "agent");
    private static final Embedder EMBEDDER = WriterProcess.embedder();

    @TempDir
    Path temp;

    private Path folder;

    @BeforeEach
    void fillAStore() {
        folder = temp.resolve("store");
        try (LuceneContextStore store = LuceneContextStore.open(folder, EMBEDDER)) {
            store.agent(KEY).add(Interaction.of("first", "written before"));
        }
    }

    @Test
    void aSecondStoreOfTheSameProcessIsRefusedAndTheFirstGoesOn() {
        try (LuceneContextStore first = LuceneContextStore.open(folder, EMBEDDER)) {
            assertThatThrownBy(() -> LuceneContextStore.open(folder, EMBEDDER))
                    .isInstanceOf(ContextStoreException.class)
                    .hasMessageContaining(folder.toString())
                    .hasMessageContaining("is open already");
            first.agent(KEY).add(Interaction.of("second", "written after"));
            assertThat(first.agent(KEY).count()).isEqualTo(2);
        }
        opensWith("first", "second");
    }

    @Test
    void aStoreOfAnotherProcessIsRefusedAndTheFirstGoesOn() throws Exception {
        try (LuceneContextStore first = LuceneContextStore.open(folder, EMBEDDER);
                ChildJvm second = ChildJvm.start(WriterProcess.class, folder.toString(), "1", "0")) {
            assertThat(second.rest()).isEmpty();
            assertThat(second.errors())
                    .contains(ContextStoreException.class.getName())
                    .contains(folder.toString())
                    .contains("is open already, in this process or another");
            first.agent(KEY).add(Interaction.of("second", "written after"));
        }
        opensWith("first", "second");
    }

    @Test
    void aStoreThatAnotherProcessHoldsIsRefused() throws Exception {
        Path other = temp.resolve("other");
        try (ChildJvm first = ChildJvm.start(WriterProcess.class, other.toString(), "1", "0")) {
            first.line();
            assertThatThrownBy(() -> LuceneContextStore.open(other, EMBEDDER))
                    .isInstanceOf(ContextStoreException.class)
                    .hasMessageContaining(other.toString())
                    .hasMessageContaining("is open already, in this process or another");
            first.kill();
            int acknowledged = 1 + first.rest().size();
            Set<String> ids = new HashSet<>();
            for (int number = 0; number < acknowledged; number++) {
                var operation = WriterProcess.operation(1, number);
                operation.puts().forEach(record -> ids.add(record.id()));
                ids.remove(operation.deleted());
            }
            // the call that the kill broke off may have been a deletion
            ids.remove(WriterProcess.operation(1, acknowledged).deleted());
            try (LuceneContextStore opened = LuceneContextStore.open(other, EMBEDDER)) {
                assertThat(ids)
                        .allMatch(
                                id -> opened.agent(WriterProcess.AGENT).find(id).isPresent());
            }
        }
    }

    @Test
    void anotherEmbedderIsRefusedNamingBoth() {
        FolderBytes before = FolderBytes.of(folder);
        var other = HashingEmbedder.ofDimensions(32);
        assertThatThrownBy(() -> LuceneContextStore.open(folder, other))
                .isInstanceOfSatisfying(EmbedderMismatchException.class, mismatch -> {
                    assertThat(mismatch.stored()).isEqualTo(EMBEDDER.fingerprint());
                    assertThat(mismatch.given()).isEqualTo(other.fingerprint());
                })
                .hasMessageContaining(folder.toString())
                .hasMessageContaining(EMBEDDER.fingerprint())
                .hasMessageContaining(other.fingerprint());
        assertThat(FolderBytes.of(folder)).isEqualTo(before);
        opensWith("first");
    }

    @Test
    void anotherAnalyzerIsRefusedNamingBoth() {
        var other = new TextAnalyzer() {
            @Override
            public List<String> terms(String text) {
                return List.of(text.toLowerCase(Locale.ROOT).split(" "));
            }

            @Override
            public String fingerprint() {
                return "blanks-1";
            }
        };
        FolderBytes before = FolderBytes.of(folder);
        assertThatThrownBy(() -> LuceneContextStore.builder(folder, EMBEDDER)
                        .analyzer(other)
                        .open())
                .isInstanceOf(ContextStoreException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining(TextAnalyzer.russianEnglish().fingerprint())
                .hasMessageContaining("blanks-1")
                .hasMessageContaining("open it with the analyzer it was made with");
        assertThat(FolderBytes.of(folder)).isEqualTo(before);
        opensWith("first");
    }

    @Test
    void aLuceneIndexOfSomeoneElseIsRefusedAndLeftAlone() throws IOException {
        Path foreign = temp.resolve("foreign");
        try (var directory = FSDirectory.open(foreign.resolve("index"));
                var writer = new IndexWriter(directory, new IndexWriterConfig())) {
            writer.addDocument(new Document());
        }
        isRefused(foreign, EMBEDDER).hasMessageContaining("is not a context store; choose another folder");
    }

    @Test
    void aPathThatIsAFileIsRefused() throws IOException {
        Path file = Files.writeString(temp.resolve("file"), "not a folder");
        assertThatThrownBy(() -> LuceneContextStore.open(file, EMBEDDER))
                .isInstanceOf(ContextStoreException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("could not be opened")
                .hasMessageContaining("Nothing in it was changed");
        assertThat(file).hasContent("not a folder");
    }

    @Test
    void aStoreWhoseSegmentsFileIsGoneIsRefusedUntilItIsBack() throws IOException {
        Path segments = indexFile("segments_");
        isRefusedUntilRestored(segments, () -> Files.delete(segments));
    }

    @Test
    void aStoreWhoseIndexIsGoneIsRefusedUntilItIsBack() throws IOException {
        Path index = folder.resolve("index");
        Path aside = temp.resolve("aside");
        Files.move(index, aside);
        isRefused(folder, EMBEDDER).hasMessageContaining("is damaged").hasMessageContaining("its index is gone");
        try (var made = Files.list(index)) {
            for (Path lock : made.toList()) {
                Files.delete(lock);
            }
        }
        Files.delete(index);
        Files.move(aside, index);
        opensWith("first");
    }

    @Test
    void aCompoundFileThatWasCutIsRefusedUntilItIsBack() throws IOException {
        Path file = indexFile(".cfs");
        isRefusedUntilRestored(file, () -> cut(file));
    }

    @Test
    void aSegmentInfoThatWasCutIsRefusedUntilItIsBack() throws IOException {
        Path file = indexFile(".si");
        isRefusedUntilRestored(file, () -> cut(file));
    }

    @Test
    void aSegmentsFileThatWasCutIsRefusedUntilItIsBack() throws IOException {
        Path file = indexFile("segments_");
        isRefusedUntilRestored(file, () -> cut(file));
    }

    @Test
    void anIndexOfWhichAnyFileWasCutIsRefusedUntilItIsBack() throws IOException {
        // a segment that was merged is as large as the index, and such a one Lucene keeps in many files
        folder = temp.resolve("merged");
        AgentKey other = AgentKey.of("other", "agent");
        try (LuceneContextStore store = LuceneContextStore.open(folder, EMBEDDER)) {
            store.agent(KEY).add(Interaction.of("first", "written before"));
            store.agent(other).add(Interaction.of("other", "written for another"));
        }
        try (LuceneContextStore store = LuceneContextStore.open(folder, EMBEDDER)) {
            store.erase(other.tenant());
        }
        List<String> files = FolderBytes.of(folder.resolve("index")).names("").stream()
                .filter(file -> !file.startsWith("segments_"))
                .toList();
        assertThat(files).hasSizeGreaterThan(5);
        for (String file : files) {
            Path path = folder.resolve("index").resolve(file);
            isRefusedUntilRestored(path, () -> cut(path));
        }
    }

    @Test
    void aDamagedIndexKeepsTheJournalThatIsNotInItYet() throws IOException {
        Path crashed = temp.resolve("crashed");
        try (LuceneContextStore store = LuceneContextStore.open(folder, EMBEDDER)) {
            store.agent(KEY).add(Interaction.of("second", "in the journal only"));
            store.agent(KEY).delete("first");
            FolderBytes.ofBusy(folder).writeTo(crashed);
        }
        folder = crashed;
        Path file = indexFile(".cfs");
        byte[] whole = Files.readAllBytes(file);
        cut(file);
        List<String> journal = FolderBytes.of(folder).names(".journal");
        assertThatThrownBy(() -> LuceneContextStore.open(folder, EMBEDDER)).hasMessageContaining("is damaged");
        assertThat(FolderBytes.of(folder).names(".journal")).isEqualTo(journal);
        Files.write(file, whole);
        opensWith("second");
    }

    /** A change to the files of a store. */
    private interface Damage {
        void run() throws IOException;
    }

    private void isRefusedUntilRestored(Path file, Damage damage) throws IOException {
        byte[] whole = Files.readAllBytes(file);
        damage.run();
        isRefused(folder, EMBEDDER)
                .hasMessageContaining("is damaged")
                .hasMessageContaining("It was left as it is; restore the folder from a copy")
                .hasMessageContaining("Do not delete single files");
        Files.write(file, whole);
        opensWith("first");
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> isRefused(Path folder, Embedder embedder) {
        FolderBytes before = FolderBytes.of(folder);
        var refusal = assertThatThrownBy(() -> LuceneContextStore.open(folder, embedder))
                .isInstanceOf(ContextStoreException.class)
                .hasMessageContaining(folder.toString());
        assertThat(FolderBytes.of(folder)).isEqualTo(before);
        return refusal;
    }

    private void opensWith(String... ids) {
        try (LuceneContextStore store = LuceneContextStore.open(folder, EMBEDDER)) {
            assertThat(store.agent(KEY).count()).isEqualTo(ids.length);
            for (String id : ids) {
                assertThat(store.agent(KEY).find(id)).isPresent();
            }
        }
    }

    private Path indexFile(String part) throws IOException {
        try (var files = Files.list(folder.resolve("index"))) {
            return files.filter(file -> file.getFileName().toString().contains(part))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void cut(Path file) throws IOException {
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));
    }
}
