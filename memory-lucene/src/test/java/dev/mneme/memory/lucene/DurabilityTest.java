package dev.mneme.memory.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextStoreException;
import dev.mneme.memory.context.Interaction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a store that syncs by a timer may lose when the machine dies: what its journal's marks do not say is on disk. */
@Timeout(120)
class DurabilityTest {

    private static final AgentKey KEY = AgentKey.of("tenant", "agent");
    private static final Duration INTERVAL = Duration.ofMillis(200);

    @TempDir
    Path temp;

    private int copies;

    /** A timer whose tasks run when the test says so. */
    private static final class ManualTimer implements SyncTimer {
        private final List<Runnable> tasks = new ArrayList<>();
        private final List<Duration> delays = new ArrayList<>();

        @Override
        public void schedule(Runnable task, Duration delay) {
            tasks.add(task);
            delays.add(delay);
        }

        void runAll() {
            List<Runnable> due = List.copyOf(tasks);
            tasks.clear();
            due.forEach(Runnable::run);
        }

        @Override
        public void close() {
            tasks.clear();
        }
    }

    private LuceneContextStore open(Path folder, ManualTimer timer) {
        return LuceneContextStore.builder(folder, WriterProcess.embedder())
                .durability(Durability.every(INTERVAL))
                .timer(timer)
                .often(1_000, Long.MAX_VALUE)
                .open();
    }

    @Test
    void aMachineThatDiesLosesWhatWasAddedSinceTheLastSyncAndNothingBefore() throws IOException {
        Path folder = temp.resolve("store");
        var timer = new ManualTimer();
        try (LuceneContextStore store = open(folder, timer)) {
            add(store.agent(KEY), 0, 10);
            assertThat(durable(folder)).as("nothing was synced yet").isZero();
            holdsTheFirst(0, folder, 0);

            timer.runAll();
            add(store.agent(KEY), 10, 15);
            int durable = durable(folder);
            assertThat(durable).isPositive();
            // the disk may have got more of it than it had to
            int length = (int) Files.size(journal(folder));
            holdsTheFirst(10, folder, durable);
            for (int cut = durable; cut <= length; cut += 61) {
                int there = holdsTheFirst(-1, folder, cut);
                assertThat(there).isBetween(10, 15);
            }
            byte[] damaged = Files.readAllBytes(journal(folder));
            damaged[durable - 1] ^= 1;
            assertThatThrownBy(() -> open(copyWith(folder, damaged), new ManualTimer()))
                    .isInstanceOf(ContextStoreException.class)
                    .hasMessageContaining("is damaged");
        }
    }

    /** Opens a copy whose journal was cut, checks that the first records are there and no others; returns how many. */
    private int holdsTheFirst(int expected, Path folder, int cut) throws IOException {
        byte[] journal = Arrays.copyOf(Files.readAllBytes(journal(folder)), cut);
        try (LuceneContextStore store = open(copyWith(folder, journal), new ManualTimer())) {
            AgentContext agent = store.agent(KEY);
            int there = (int) agent.count();
            for (int i = 0; i < there; i++) {
                assertThat(agent.find("id" + i)).isPresent();
            }
            if (expected >= 0) {
                assertThat(there).isEqualTo(expected);
            }
            return there;
        }
    }

    private Path copyWith(Path folder, byte[] journal) throws IOException {
        Path copy = FolderBytes.ofBusy(folder).writeTo(temp.resolve("copy-" + copies++));
        Files.write(journal(copy), journal);
        return copy;
    }

    @Test
    void whatWasAddedAsyncIsOnDiskWhenItsStageCompletes() throws Exception {
        Path folder = temp.resolve("store");
        try (LuceneContextStore store = LuceneContextStore.open(folder, WriterProcess.embedder())) {
            for (int i = 0; i < 20; i++) {
                int complete = (int) Files.size(journal(folder));
                store.agent(KEY)
                        .addAsync(Interaction.of("id" + i, "text " + i))
                        .toCompletableFuture()
                        .get(60, TimeUnit.SECONDS);
                assertThat(durable(folder))
                        .as("what the next frame says of those before")
                        .isEqualTo(complete);
            }
        }
    }

    @Test
    void oneSyncServesAllChangesOfAnInterval() {
        var timer = new ManualTimer();
        try (LuceneContextStore store = open(temp.resolve("store"), timer)) {
            add(store.agent(KEY), 0, 20);
            store.agent(AgentKey.of("tenant", "other")).add(Interaction.of("id", "text"));
            store.agent(KEY).delete("id3");
            assertThat(timer.delays).containsExactly(INTERVAL);
            timer.runAll();
            store.agent(KEY).clear();
            assertThat(timer.delays).containsExactly(INTERVAL, INTERVAL);
        }
    }

    @Test
    void closingSyncsTheRest() throws IOException {
        var journal = new Journal(temp, 0);
        var timer = new ManualTimer();
        var syncing = new Syncing(journal, Durability.every(INTERVAL), timer, DurabilityTest::fail);
        syncing.await(journal.append(List.of(new byte[100])));
        assertThat(journal.durable()).isZero();
        syncing.close();
        assertThat(journal.durable()).isEqualTo(journal.size()).isPositive();
        journal.close();
    }

    private static void fail(IOException e) {
        throw new AssertionError(e);
    }

    @Test
    void theDefaultIsThatEachCallWaitsForItsSync() throws IOException {
        var journal = new Journal(temp, 0);
        var timer = new ManualTimer();
        var syncing = new Syncing(journal, Durability.strict(), timer, DurabilityTest::fail);
        syncing.await(journal.append(List.of(new byte[100])));
        assertThat(journal.durable()).isEqualTo(journal.size()).isPositive();
        assertThat(timer.tasks).isEmpty();
        journal.close();
    }

    @Test
    void aSyncThatFailsIsTold() throws IOException {
        var journal = new Journal(temp, 0);
        var timer = new ManualTimer();
        var told = new AtomicReference<IOException>();
        var syncing = new Syncing(journal, Durability.every(INTERVAL), timer, told::set);
        syncing.await(journal.append(List.of(new byte[100])));
        journal.close();
        timer.runAll();
        assertThat(told.get()).isNotNull();
    }

    @Test
    void theTimerOfTheStoreIsAThreadOfItsOwnThatEndsWithIt() throws Exception {
        Path folder = temp.resolve("timed");
        LuceneContextStore store = LuceneContextStore.builder(folder, WriterProcess.embedder())
                .durability(Durability.every(Duration.ofMillis(1)))
                .open();
        add(store.agent(KEY), 0, 50);
        Thread timer = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("mneme-sync-timed"))
                .findFirst()
                .orElseThrow();
        assertThat(timer.isDaemon()).isTrue();
        store.close();
        timer.join(10_000);
        assertThat(timer.isAlive()).isFalse();
        try (LuceneContextStore again = LuceneContextStore.open(folder, WriterProcess.embedder())) {
            assertThat(again.agent(KEY).count()).isEqualTo(50);
        }
    }

    @Test
    void anIntervalOutOfRangeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Durability.every(Duration.ZERO))
                .withMessage("interval must be from PT0.001S to PT1M, was PT0S");
        assertThatIllegalArgumentException().isThrownBy(() -> Durability.every(Duration.ofMinutes(2)));
        assertThat(Durability.every(INTERVAL)).hasToString("every PT0.2S");
        assertThat(Durability.strict()).hasToString("strict");
    }

    private static void add(AgentContext agent, int from, int to) {
        for (int i = from; i < to; i++) {
            agent.add(Interaction.of("id" + i, "text number " + i));
        }
    }

    /** How many bytes were known to be on disk when the last frame was written. */
    private static int durable(Path folder) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(journal(folder)));
        long durable = 0;
        for (int at = 0; at < bytes.capacity(); at += 20 + bytes.getInt(at + 4)) {
            durable = bytes.getLong(at + 12);
        }
        return (int) durable;
    }

    private static Path journal(Path folder) throws IOException {
        try (var files = Files.list(folder.resolve("journal"))) {
            return files.sorted().findFirst().orElseThrow();
        }
    }
}
