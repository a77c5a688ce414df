package dev.mneme.memory.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.Explanation.Place;
import dev.mneme.memory.context.Hit;
import dev.mneme.memory.context.InMemoryContextStore;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.spi.Bm25;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The seam between the records still in memory and those the index shows, while it moves under writers and searchers: no
 * record falls through it, and none is counted on both sides.
 */
@Timeout(300)
class SeamTest {

    private static final AgentKey KEY = AgentKey.of("tenant", "agent");
    private static final int WRITERS = 4;
    private static final int SEARCHERS = 4;
    private static final int RECORDS = 500;
    private static final int ROUNDS = 4;

    @TempDir
    Path folder;

    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

    @Test
    void whatWasAddedIsFoundAtOnceAndCountedOnce() throws Exception {
        var threads = Executors.newFixedThreadPool(WRITERS + SEARCHERS);
        try (LuceneContextStore store = LuceneContextStore.builder(folder, WriterProcess.embedder())
                        .often(3, 8 * 1024)
                        .open();
                InMemoryContextStore oracle = InMemoryContextStore.create(WriterProcess.embedder())) {
            AgentContext agent = store.agent(KEY);
            agent.add(fixed());
            oracle.agent(KEY).add(fixed());
            for (int round = 0; round < ROUNDS; round++) {
                int from = round * RECORDS / ROUNDS;
                int to = from + RECORDS / ROUNDS;
                var stop = new AtomicBoolean();
                List<Future<?>> writing = new ArrayList<>();
                List<Future<?>> searching = new ArrayList<>();
                for (int writer = 0; writer < WRITERS; writer++) {
                    int number = writer;
                    writing.add(threads.submit(task(() -> write(agent, number, from, to))));
                }
                for (int searcher = 0; searcher < SEARCHERS; searcher++) {
                    searching.add(threads.submit(task(() -> searchUntil(stop, agent))));
                }
                for (Future<?> task : writing) {
                    task.get(120, TimeUnit.SECONDS);
                }
                stop.set(true);
                for (Future<?> task : searching) {
                    task.get(120, TimeUnit.SECONDS);
                }
                copyToOracle(oracle.agent(KEY), from, to);
                scoresAreThoseOf(oracle.agent(KEY), agent);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private void write(AgentContext agent, int writer, int from, int to) {
        for (int i = from; i < to; i++) {
            Interaction record = record(writer, i);
            long before = agent.count();
            agent.add(record);
            acknowledged.add(record.id());

            List<Hit> hits = agent.search(byWord(wordOf(writer, i)).explain()).list();
            long after = agent.count();
            assertThat(hits).extracting(Hit::interaction).containsExactly(record);
            // all records are of one length, so that the score tells how many hold the word, and how often each
            double score =
                    hits.get(0).explanation().orElseThrow().text().orElseThrow().score();
            assertThat(score).isBetween(scoreOfOneAmong(before) - 1e-9, scoreOfOneAmong(after) + 1e-9);
        }
    }

    private static double scoreOfOneAmong(long records) {
        return new Bm25(3).score(Bm25.idf(records, 1), 1, 3);
    }

    private void searchUntil(AtomicBoolean stop, AgentContext agent) {
        while (!stop.get()) {
            Set<String> there = new HashSet<>(acknowledged);
            List<String> ids =
                    agent.search(byWord("common").limit(ContextQuery.MAX_LIMIT)).ids();
            assertThat(ids).doesNotHaveDuplicates();
            assertThat(ids.containsAll(there)).isTrue();
        }
    }

    private static void copyToOracle(AgentContext oracle, int from, int to) {
        for (int writer = 0; writer < WRITERS; writer++) {
            for (int i = from; i < to; i++) {
                oracle.add(record(writer, i));
            }
        }
    }

    private static void scoresAreThoseOf(AgentContext oracle, AgentContext agent) {
        assertThat(agent.count()).isEqualTo(oracle.count());
        for (String words : List.of("fixed", "common fixed", "common w0x1 fixed")) {
            assertThat(scoreOfFixed(agent, words)).isCloseTo(scoreOfFixed(oracle, words), within(1e-12));
        }
    }

    private static double scoreOfFixed(AgentContext agent, String words) {
        return agent.search(byWord(words).explain().limit(ContextQuery.MAX_LIMIT)).list().stream()
                .filter(hit -> hit.id().equals("fixed"))
                .findFirst()
                .flatMap(hit -> hit.explanation().orElseThrow().text())
                .map(Place::score)
                .orElseThrow();
    }

    private static Interaction fixed() {
        return Interaction.of("fixed", "common fixed fixed");
    }

    private static Interaction record(int writer, int number) {
        return Interaction.of(writer + "/" + number, "common " + wordOf(writer, number) + " filling")
                .time(Instant.EPOCH.plusSeconds(number));
    }

    private static String wordOf(int writer, int number) {
        return "w" + writer + "x" + number;
    }

    private static ContextQuery byWord(String word) {
        return ContextQuery.text(word).weights(1, 0);
    }

    private static Callable<Void> task(Runnable work) {
        return () -> {
            work.run();
            return null;
        };
    }
}
