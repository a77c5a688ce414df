package dev.mneme.memory.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.ContextStoreException;
import dev.mneme.memory.context.Fields;
import dev.mneme.memory.context.Hit;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.MovableClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the folder holds at moments that nobody chose: copies taken while the store is open, cut and damaged ones too. */
@Timeout(600)
class CrashTest {

    private static final long NEVER = Long.MAX_VALUE;
    private static final List<AgentKey> KEYS =
            List.of(AgentKey.of("one", "a"), AgentKey.of("one", "b"), AgentKey.of("two", "a"));
    private static final AgentKey KEY = KEYS.get(0);

    @TempDir
    Path temp;

    private Path folder;
    private int copies;

    @BeforeEach
    void nameTheFolder() {
        folder = temp.resolve("store");
    }

    @Test
    void aCopyTakenAtAnyMomentHoldsExactlyWhatWasAcknowledged() throws IOException {
        long seed = 4_711;
        var random = new Random(seed);
        Map<AgentKey, Map<String, Interaction>> model = new HashMap<>();
        KEYS.forEach(key -> model.put(key, new TreeMap<>()));
        try (LuceneContextStore store = open(folder, 20, NEVER)) {
            for (int i = 0; i < 500; i++) {
                AgentKey key = KEYS.get(random.nextInt(KEYS.size()));
                change(store.agent(key), model.get(key), random, i);
                if (random.nextInt(25) == 0) {
                    try (LuceneContextStore copy = open(copy(), 20, NEVER)) {
                        String where = "seed " + seed + ", after operation " + i;
                        model.forEach((owner, records) ->
                                assertThat(all(copy.agent(owner))).as(where).isEqualTo(records));
                        KEYS.forEach(owner -> assertThat(copy.agent(owner).count())
                                .as(where)
                                .isEqualTo(model.get(owner).size()));
                    }
                }
            }
        }
        assertThat(copies).isGreaterThan(10);
    }

    private static void change(AgentContext agent, Map<String, Interaction> records, Random random, int number) {
        String id = "id" + random.nextInt(40);
        Interaction record = record(id, number);
        switch (random.nextInt(12)) {
            case 0 -> {
                agent.clear();
                records.clear();
            }
            case 1, 2 -> {
                agent.delete(id);
                records.remove(id);
            }
            case 3, 4 -> {
                Interaction second = record("second of " + id, number);
                agent.addAll(List.of(record, second));
                records.put(record.id(), record);
                records.put(second.id(), second);
            }
            default -> {
                agent.add(record);
                records.put(id, record);
            }
        }
    }

    @Test
    void atNoMomentOfACheckpointIsAnythingMissing() throws IOException {
        int checkpoints = 0;
        Map<String, Interaction> model = new TreeMap<>();
        try (LuceneContextStore store = open(folder, 25, 4 * 1024)) {
            String newest = "";
            for (int i = 0; checkpoints < 15; i++) {
                Interaction record = record("id" + i % 100, i);
                store.agent(KEY).add(record);
                model.put(record.id(), record);
                String file = newestJournal();
                if (!file.equals(newest)) {
                    // the index is being committed by now, on its own thread
                    checkpoints++;
                    newest = file;
                    List<Path> during = List.of(copy(), copy());
                    for (Path copy : during) {
                        try (LuceneContextStore opened = open(copy, 25, 4 * 1024)) {
                            assertThat(all(opened.agent(KEY))).isEqualTo(model);
                        }
                    }
                }
            }
        }
    }

    private String newestJournal() throws IOException {
        try (var files = Files.list(folder.resolve("journal"))) {
            return files.map(Path::toString).max(Comparator.naturalOrder()).orElseThrow();
        }
    }

    @Test
    void aRecordWhoseTimeWasOverDoesNotComeBackBesideTheOneThatTookItsId() throws IOException {
        var clock = MovableClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
        var settings =
                LuceneContextStore.builder(folder, WriterProcess.embedder()).clock(clock);
        try (LuceneContextStore store = settings.open()) {
            AgentContext agent = store.agent(KEY);
            agent.add(Interaction.of("note", "common former").ttl(Duration.ofMinutes(1)));
            clock.advance(Duration.ofHours(1));
            agent.add(Interaction.of("note", "common latter"));
            Path copy = copy();
            for (int i = 0; i < 2; i++) {
                try (LuceneContextStore opened = LuceneContextStore.builder(copy, WriterProcess.embedder())
                        .clock(clock)
                        .open()) {
                    assertThat(all(opened.agent(KEY)).values())
                            .extracting(Interaction::text)
                            .containsExactly("common latter");
                    assertThat(opened.agent(KEY).search(byWord("former"))).isEmpty();
                    assertThat(opened.agent(KEY)
                                    .search(ContextQuery.text("former").weights(0, 1))
                                    .ids())
                            .containsExactly("note");
                    assertThat(opened.agent(KEY).count(Fields.type().in("message")))
                            .isOne();
                }
            }
        }
    }

    @Test
    void aTailThatWasCutOrGarbledLosesOnlyItself() throws IOException {
        Path crashed = crashedWith(4);
        byte[] journal = Files.readAllBytes(journal(crashed));
        int last = starts(journal).get(3);
        for (int at = last; at < journal.length; at++) {
            byte[] cut = Arrays.copyOf(journal, at);
            assertThat(payloads(at + "-cut", cut)).isEqualTo(3);
            byte[] garbled = journal.clone();
            garbled[at] ^= 0x10;
            assertThat(payloads(at + "-garbled", garbled)).isEqualTo(3);
            // opening the whole store takes its time, so not for every byte
            if ((at - last) % 40 < 2) {
                opensWithThree(crashed, cut);
                opensWithThree(crashed, garbled);
            }
        }
    }

    /** How many frames are read back from such a file, and that reading them again gives the same. */
    private int payloads(String name, byte[] file) throws IOException {
        Path journals = Files.createDirectory(temp.resolve(name));
        Files.write(journals.resolve("000000000000.journal"), file);
        var read = new AtomicInteger();
        Journal.replay(journals, 0, payload -> read.incrementAndGet());
        Journal.replay(journals, 0, payload -> read.incrementAndGet());
        assertThat(read.get() % 2).isZero();
        return read.get() / 2;
    }

    private void opensWithThree(Path crashed, byte[] journal) throws IOException {
        Path copy = FolderBytes.of(crashed).writeTo(newFolder());
        Files.write(journal(copy), journal);
        for (int i = 0; i < 2; i++) {
            try (LuceneContextStore opened = open(copy, 1_000, NEVER)) {
                assertThat(all(opened.agent(KEY)).keySet()).containsExactly("id0", "id1", "id2");
                // what comes after a cut tail lasts as well
                opened.agent(KEY).add(record("after", 9));
                opened.agent(KEY).delete("after");
            }
        }
    }

    @Test
    void damageToWhatWasAcknowledgedIsToldAndChangesNothing() throws IOException {
        Path crashed = crashedWith(4);
        byte[] journal = Files.readAllBytes(journal(crashed));
        List<Integer> starts = starts(journal);
        // the last frame says that the third was on disk, so that the first three are known to be
        for (int at = 0; at < starts.get(3); at += 11) {
            journal[at] ^= 0x01;
            Files.write(journal(crashed), journal);
            if (at % 4 == 0) {
                isRefusedAsDamaged(crashed);
            } else {
                assertThatThrownBy(() -> Journal.replay(crashed.resolve("journal"), 0, payload -> {}))
                        .hasMessageContaining("damaged at byte");
            }
            journal[at] ^= 0x01;
        }
        Files.write(journal(crashed), journal);
        try (LuceneContextStore opened = open(crashed, 1_000, NEVER)) {
            assertThat(all(opened.agent(KEY))).hasSize(4);
        }
    }

    @Test
    void damageToAnEarlierFileOfTheJournalIsToldAndChangesNothing() throws IOException {
        Path crashed = crashedWith(4);
        splitTheJournal(crashed);
        FolderBytes whole = FolderBytes.of(crashed);
        byte[] first = Files.readAllBytes(journal(crashed));
        assertThat(whole.names(".journal")).hasSize(2);

        for (int at = 0; at < first.length; at += 97) {
            byte[] damaged = first.clone();
            damaged[at] ^= 0x01;
            Files.write(journal(crashed), damaged);
            isRefusedAsDamaged(crashed);
        }
        Files.write(journal(crashed), Arrays.copyOf(first, first.length - 1));
        isRefusedAsDamaged(crashed);

        Files.write(journal(crashed), first);
        assertThat(FolderBytes.of(crashed)).isEqualTo(whole);
        try (LuceneContextStore opened = open(crashed, 1_000, NEVER)) {
            assertThat(all(opened.agent(KEY))).hasSize(4);
        }
    }

    private static void isRefusedAsDamaged(Path folder) {
        FolderBytes before = FolderBytes.of(folder);
        assertThatThrownBy(() -> open(folder, 1_000, NEVER))
                .isInstanceOf(ContextStoreException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining("is damaged")
                .hasMessageContaining("restore the folder from a copy");
        assertThat(FolderBytes.of(folder)).isEqualTo(before);
    }

    /** Writes the frames of the only file anew, in two files. */
    private static void splitTheJournal(Path folder) throws IOException {
        Path journals = folder.resolve("journal");
        List<byte[]> payloads = new ArrayList<>();
        Journal.replay(journals, 0, payload -> {
            var bytes = new byte[payload.remaining()];
            payload.get(bytes);
            payloads.add(bytes);
        });
        String name = journal(folder).getFileName().toString();
        try (var journal = new Journal(journals, Long.parseLong(name.substring(0, name.indexOf('.'))))) {
            journal.sync(journal.append(payloads.subList(0, 2)));
            journal.rotate();
            journal.sync(journal.append(payloads.subList(2, payloads.size())));
        }
    }

    /** A folder whose store died after it had added so many records, each by a call of its own. */
    private Path crashedWith(int records) throws IOException {
        try (LuceneContextStore store = open(folder, 1_000, NEVER)) {
            for (int i = 0; i < records; i++) {
                store.agent(KEY).add(record("id" + i, i));
            }
            return withoutUnfinishedFiles(copy());
        }
    }

    /** Without the files of the index that no commit names: Lucene began them and clears them away when it opens. */
    private static Path withoutUnfinishedFiles(Path folder) throws IOException {
        try (var directory = FSDirectory.open(folder.resolve("index"));
                DirectoryReader reader = DirectoryReader.open(directory)) {
            Collection<String> finished = reader.getIndexCommit().getFileNames();
            for (String file : directory.listAll()) {
                if (!finished.contains(file)) {
                    Files.delete(folder.resolve("index").resolve(file));
                }
            }
        }
        return folder;
    }

    private static Path journal(Path folder) throws IOException {
        try (var files = Files.list(folder.resolve("journal"))) {
            return files.sorted().findFirst().orElseThrow();
        }
    }

    /** Where the frames begin. */
    private static List<Integer> starts(byte[] journal) {
        List<Integer> starts = new ArrayList<>();
        ByteBuffer bytes = ByteBuffer.wrap(journal);
        for (int at = 0; at < journal.length; at += 20 + bytes.getInt(at + 4)) {
            starts.add(at);
        }
        return starts;
    }

    private static Interaction record(String id, int number) {
        return Interaction.of(id, "common word" + number)
                .meta("number", number)
                .time(Instant.EPOCH.plusSeconds(number));
    }

    private static Map<String, Interaction> all(AgentContext agent) {
        Map<String, Interaction> all = new TreeMap<>();
        for (Hit hit : agent.search(byWord("common").limit(ContextQuery.MAX_LIMIT))) {
            assertThat(all.put(hit.id(), hit.interaction())).isNull();
        }
        all.keySet().forEach(id -> assertThat(agent.find(id)).hasValue(all.get(id)));
        return all;
    }

    private static ContextQuery byWord(String word) {
        return ContextQuery.text(word).weights(1, 0);
    }

    private static LuceneContextStore open(Path folder, int refreshEvery, long checkpointBytes) {
        return LuceneContextStore.builder(folder, WriterProcess.embedder())
                .often(refreshEvery, checkpointBytes)
                .open();
    }

    private Path copy() throws IOException {
        return FolderBytes.ofBusy(folder).writeTo(newFolder());
    }

    private Path newFolder() {
        return temp.resolve("copy-" + copies++);
    }
}
