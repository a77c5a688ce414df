package dev.mneme.memory.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.mneme.AgentKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** Many threads on one store. */
abstract class ConcurrencyCases extends RefusalCases {

    private static final int THREADS = 16;
    private static final int OPERATIONS = 150;
    private static final List<AgentKey> KEYS =
            List.of(AgentKey.of("1", "2_a"), AgentKey.of("1_2", "a"), AgentKey.of("1", "b"), AgentKey.of("{1}", "2_a"));

    @Test
    void sixteenThreadsOfMixedOperationsLoseNoUpdate() throws Exception {
        var started = new CyclicBarrier(THREADS);
        List<Callable<Map<AgentKey, Map<String, String>>>> tasks = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            int number = thread;
            tasks.add(() -> {
                started.await(60, TimeUnit.SECONDS);
                return mixedOperations(number);
            });
        }
        Map<AgentKey, Map<String, String>> expected = new HashMap<>();
        for (Map<AgentKey, Map<String, String>> log : inParallel(tasks)) {
            log.forEach((key, texts) ->
                    expected.computeIfAbsent(key, none -> new HashMap<>()).putAll(texts));
        }

        assertHolds(expected);
        restart();
        assertHolds(expected);
    }

    private void assertHolds(Map<AgentKey, Map<String, String>> expected) {
        expected.forEach((key, texts) -> {
            AgentContext context = store.agent(key);
            assertThat(context.count()).isEqualTo(texts.size());
            var found = new HashMap<String, String>();
            context.search(byWords("common").limit(10_000)).forEach(hit -> found.put(hit.id(), hit.text()));
            assertThat(found).isEqualTo(texts);
            texts.forEach((id, text) ->
                    assertThat(context.find(id).map(Interaction::text)).hasValue(text));
        });
    }

    /** Works on ids of this thread's own, checks each answer, and returns what must be left of them. */
    private Map<AgentKey, Map<String, String>> mixedOperations(int thread) {
        var random = new Random(thread);
        Map<AgentKey, Map<String, String>> log = new HashMap<>();
        for (int i = 0; i < OPERATIONS; i++) {
            AgentKey key = KEYS.get(random.nextInt(KEYS.size()));
            AgentContext context = store.agent(key);
            Map<String, String> mine = log.computeIfAbsent(key, none -> new HashMap<>());
            String id = "t" + thread + "-" + random.nextInt(12);
            String text = "common thread" + thread + " operation" + i;
            switch (random.nextInt(6)) {
                case 0, 1 -> {
                    assertThat(context.add(Interaction.of(id, text)))
                            .isEqualTo(mine.containsKey(id) ? Added.REPLACED : Added.NEW);
                    mine.put(id, text);
                }
                case 2 -> {
                    String second = id + "-second";
                    context.addAll(List.of(Interaction.of(id, text), Interaction.of(second, text)));
                    mine.put(id, text);
                    mine.put(second, text);
                }
                case 3 -> assertThat(context.delete(id)).isEqualTo(mine.remove(id) != null);
                case 4 -> {
                    var found = new HashMap<String, String>();
                    context.search(byWords("thread" + thread).limit(10_000))
                            .forEach(hit -> found.put(hit.id(), hit.text()));
                    assertThat(found).isEqualTo(mine);
                }
                default -> {
                    assertThat(context.find(id).map(Interaction::text)).isEqualTo(Optional.ofNullable(mine.get(id)));
                    assertThat(context.count()).isGreaterThanOrEqualTo(mine.size());
                }
            }
        }
        return log;
    }

    @Test
    void ofManyThreadsThatAddOneIdTheNewestWins() throws Exception {
        int rounds = 20;
        var started = new CyclicBarrier(THREADS);
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            int number = thread;
            tasks.add(() -> {
                started.await(60, TimeUnit.SECONDS);
                var random = new Random(number);
                for (int i = 0; i < rounds; i++) {
                    Instant time = START.plusMillis(random.nextInt(1_000) * 16L + number);
                    agent.add(Interaction.of("contended", "written at " + time).time(time));
                }
                agent.add(Interaction.of("contended", "last").time(START.plus(Duration.ofDays(number))));
                return null;
            });
        }
        inParallel(tasks);

        for (int i = 0; i < 2; i++) {
            assertThat(agent.count()).isOne();
            assertThat(agent.find("contended").orElseThrow().time()).hasValue(START.plus(Duration.ofDays(15)));
            restart();
        }
    }

    @Test
    void ofManyThreadsThatAddTheSameNewIdExactlyOneIsTold() throws Exception {
        var started = new CyclicBarrier(THREADS);
        List<Callable<Added>> tasks = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            tasks.add(() -> {
                started.await(60, TimeUnit.SECONDS);
                return agent.add(Interaction.of("a", "text").time(START));
            });
        }

        assertThat(inParallel(tasks)).containsOnlyOnce(Added.NEW).doesNotContain(Added.OLDER);
    }

    @Test
    void theEmbedderIsAskedOnTheCallersThreadAndUnderNoLock() throws Exception {
        var embedder = new WatchedEmbedder();
        use(embedder);
        Interaction ready = Interaction.of("ready", "text")
                .vector(HashingEmbedder.ofDimensions(64).embed("text"));
        List<Thread> asked = new ArrayList<>();
        var others = Executors.newSingleThreadExecutor();
        try {
            embedder.spoil(vectors -> {
                asked.add(Thread.currentThread());
                Future<Long> meanwhile = others.submit(() -> {
                    agent.add(ready);
                    agent.search(byWords("text"));
                    return agent.count();
                });
                try {
                    assertThat(meanwhile.get(60, TimeUnit.SECONDS)).isPositive();
                } catch (InterruptedException | ExecutionException | TimeoutException e) {
                    fail("another thread waits for the embedder", e);
                }
                return vectors;
            });
            agent.add(Interaction.of("a", "text"));
            agent.addAll(List.of(Interaction.of("b", "text")));
            agent.search(ContextQuery.text("text"));
        } finally {
            others.shutdownNow();
        }

        assertThat(asked).hasSize(3).containsOnly(Thread.currentThread());
        assertThat(agent.count()).isEqualTo(3);
    }

    static <T> List<T> inParallel(List<Callable<T>> tasks) throws InterruptedException, ExecutionException {
        var threads = Executors.newFixedThreadPool(tasks.size());
        try {
            List<T> results = new ArrayList<>();
            List<Future<T>> futures = new ArrayList<>();
            tasks.forEach(task -> futures.add(threads.submit(task)));
            for (Future<T> future : futures) {
                results.add(future.get(120, TimeUnit.SECONDS));
            }
            return results;
        } catch (TimeoutException e) {
            return fail("the threads hang", e);
        } finally {
            threads.shutdownNow();
        }
    }
}
