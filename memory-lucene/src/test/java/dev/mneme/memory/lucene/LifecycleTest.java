package dev.mneme.memory.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mneme.AgentKey;
import dev.mneme.Tenant;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.Embedder;
import dev.mneme.memory.context.Fields;
import dev.mneme.memory.context.Interaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a store that was closed, and what becomes of interrupts. */
@Timeout(300)
class LifecycleTest {

    private static final AgentKey KEY = AgentKey.of("tenant", "agent");

    @TempDir
    Path temp;

    private Path folder;

    @BeforeEach
    void nameTheFolder() throws IOException {
        folder = temp.toRealPath().resolve("store-of-" + temp.getFileName());
    }

    private LuceneContextStore open() {
        return LuceneContextStore.builder(folder, WriterProcess.embedder())
                .often(10, 8 * 1024)
                .open();
    }

    @Test
    void noThreadOutlivesItsStore() throws InterruptedException {
        LuceneContextStore store = open();
        fill(store, 500);
        List<Thread> threads = threadsOfTheStore();
        assertThat(threads).isNotEmpty();
        store.close();
        for (Thread thread : threads) {
            thread.join(10_000); // its work is over, it may still be on its way out
        }
        assertThat(threadsOfTheStore()).isEmpty();
    }

    private List<Thread> threadsOfTheStore() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .filter(thread -> thread.getName().equals("mneme-index-" + folder.getFileName())
                        || thread.getName().startsWith("Lucene Merge"))
                .toList();
    }

    @Test
    void noFileStaysOpenNorMapped() throws IOException {
        assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "this system does not list a process's open files");
        LuceneContextStore store = open();
        fill(store, 500);
        store.agent(KEY).search(ContextQuery.text("word7"));
        assertThat(openFiles()).isNotEmpty();
        assertThat(mappedFiles()).isNotEmpty();
        store.close();
        assertThat(openFiles()).isEmpty();
        assertThat(mappedFiles()).isEmpty();
    }

    private List<String> openFiles() throws IOException {
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors
                    .map(LifecycleTest::target)
                    .filter(file -> file.startsWith(folder.toString()))
                    .toList();
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "closed meanwhile";
        }
    }

    private List<String> mappedFiles() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.contains(folder.toString()))
                .toList();
    }

    @Test
    void aClosedFolderCanBeOpenedAtOnceAndAClosedStoreSaysSo() {
        for (int i = 0; i < 5; i++) {
            LuceneContextStore store = open();
            AgentContext agent = store.agent(KEY);
            assertThat(agent.count()).isEqualTo(i);
            agent.add(Interaction.of("id" + i, "text"));
            store.close();
            store.close();
            assertThatThrownBy(agent::count)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("is closed");
            assertThatThrownBy(() -> store.agent(KEY)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void closingWaitsForCallsUnderWayAndAllThatReturnedLasts() throws Exception {
        LuceneContextStore store = open();
        var acknowledged = new AtomicInteger();
        var begun = new CountDownLatch(50);
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
            AgentContext agent = store.agent(KEY);
            while (true) {
                agent.add(Interaction.of("id" + acknowledged.get(), "text"));
                acknowledged.incrementAndGet();
                begun.countDown();
            }
        });
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
        store.close();
        // the call under way was let through, the next one was told
        assertThatThrownBy(() -> writing.get(60, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed");
        try (LuceneContextStore again = open()) {
            assertThat(again.agent(KEY).count()).isEqualTo(acknowledged.get());
        }
    }

    @Test
    void anInterruptedThreadCanDoAllAndStaysInterrupted() {
        try (LuceneContextStore store = open()) {
            AgentContext agent = store.agent(KEY);
            Thread.currentThread().interrupt();
            // enough for many looks at the index and many checkpoints
            for (int i = 0; i < 300; i++) {
                agent.add(Interaction.of("id" + i, "text word" + i));
                assertThat(agent.search(ContextQuery.text("word" + i).weights(1, 0))
                                .ids())
                        .containsExactly("id" + i);
                if (i % 3 == 0) {
                    assertThat(agent.delete("id" + i)).isTrue();
                }
            }
            assertThat(agent.count()).isEqualTo(200);
            assertThat(agent.count(Fields.type().in("message"))).isEqualTo(200);
            assertThat(store.agent(AgentKey.of("tenant", "other")).clear()).isZero();
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            assertThat(store.erase(Tenant.of("nobody")).records()).isZero();
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            store.close();
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        try (LuceneContextStore again = open()) {
            assertThat(again.agent(KEY).count()).isEqualTo(200);
        }
    }

    @Test
    void aThousandInterruptsLoseNothing() throws Exception {
        var acknowledged = new AtomicInteger();
        var stop = new CountDownLatch(1);
        try (LuceneContextStore store = open()) {
            AgentContext agent = store.agent(KEY);
            var failure = new CompletableFuture<Void>();
            var writer = new Thread(() -> {
                try {
                    for (int i = 0; stop.getCount() > 0; i++) {
                        agent.add(Interaction.of("id" + i, "text word" + i));
                        acknowledged.incrementAndGet();
                    }
                    failure.complete(null);
                } catch (Throwable e) {
                    failure.completeExceptionally(e);
                }
            });
            writer.start();
            int seen = 0;
            for (int i = 0; i < 1_000; i++) {
                writer.interrupt();
                // let it come to another place before the next one
                for (long from = System.nanoTime(); System.nanoTime() - from < 300_000; ) {
                    Thread.onSpinWait();
                }
                seen = acknowledged.get();
            }
            stop.countDown();
            failure.get(60, TimeUnit.SECONDS);
            assertThat(seen).isPositive();
            assertThat(agent.count()).isEqualTo(acknowledged.get());
            for (int i = 0; i < acknowledged.get(); i++) {
                assertThat(agent.find("id" + i)).isPresent();
            }
        }
        try (LuceneContextStore again = open()) {
            assertThat(again.agent(KEY).count()).isEqualTo(acknowledged.get());
        }
    }

    @Test
    void anEmbedderThatIsAskedDuringCloseHoldsNothingUp() throws Exception {
        var asked = new CountDownLatch(1);
        var mayAnswer = new CountDownLatch(1);
        Embedder slow = new SlowEmbedder(asked, mayAnswer);
        LuceneContextStore store = LuceneContextStore.open(folder, slow);
        CompletableFuture<Void> adding =
                CompletableFuture.runAsync(() -> store.agent(KEY).add(Interaction.of("late", "text")));
        assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
        store.close();
        mayAnswer.countDown();
        assertThatThrownBy(() -> adding.get(60, TimeUnit.SECONDS)).hasCauseInstanceOf(IllegalStateException.class);
    }

    private record SlowEmbedder(CountDownLatch asked, CountDownLatch mayAnswer) implements Embedder {
        @Override
        public int dimensions() {
            return 1;
        }

        @Override
        public float[] embed(String text) {
            asked.countDown();
            try {
                assertThat(mayAnswer.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return new float[] {1};
        }

        @Override
        public String fingerprint() {
            return "slow";
        }
    }

    private static void fill(LuceneContextStore store, int records) {
        for (int i = 0; i < records; i++) {
            store.agent(KEY).add(Interaction.of("id" + i, "text word" + i));
        }
    }
}
