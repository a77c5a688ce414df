package dev.mneme.bus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.Tenant;
import dev.mneme.events.Priority;
import dev.mneme.events.stream.Await;
import dev.mneme.resilience.RetrySettings;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Accepted = completed + failed + cancelled, whatever is done to tasks by however many threads. */
class ConservationTest {

    private static final int THREADS = 8;
    private static final int OPERATIONS = Boolean.getBoolean("mneme.long") ? 1_000_000 : 100_000;
    private static final int AGENTS = 5;

    @ParameterizedTest
    @MethodSource("dev.mneme.bus.Buses#threads")
    void everyAcceptedTaskEndsExactlyOnceAndNothingIsLeft(BusThreads threads) throws Exception {
        long seed = System.nanoTime();
        AgentBus bus = Buses.on(threads);
        List<AgentRef<Integer, Integer>> agents = new ArrayList<>();
        for (int i = 0; i < AGENTS; i++) {
            agents.add(bus.register(agent(i, agents)));
        }
        ExecutorService users = Executors.newFixedThreadPool(THREADS);
        List<Future<List<Watched>>> all = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            var random = new Random(seed + i);
            all.add(users.submit(() -> operate(random, agents, OPERATIONS / THREADS)));
        }
        // in the middle of it one agent goes, and in the end all
        assertThat(bus.deregister(agents.get(AGENTS - 1), Duration.ofMillis(300))
                        .stillRunning())
                .as("seed %s", seed)
                .isNotNegative();
        List<Watched> watched = new ArrayList<>();
        for (Future<List<Watched>> done : all) {
            watched.addAll(done.get(2, TimeUnit.MINUTES));
        }
        DrainReport report = bus.drain(Duration.ofSeconds(2));
        users.shutdown();

        for (AgentRef<Integer, Integer> agent : agents) {
            Await.until("handlers return, seed " + seed, () -> {
                AgentNumbers numbers = agent.numbers();
                return numbers.stopping() == 0 && numbers.zombies() == 0;
            });
            AgentNumbers n = agent.numbers();
            assertThat(n.accepted()).as("seed %s: %s", seed, n).isEqualTo(n.completed() + n.failed() + n.cancelled());
            assertThat(n.parked() + n.waiting() + n.running())
                    .as("seed %s: %s", seed, n)
                    .isZero();
        }
        assertThat(watched).as("seed %s", seed).hasSizeGreaterThan(1_000);
        for (Watched task : watched) {
            Optional<?> outcome = task.handle.awaitOutcome(Duration.ofMinutes(1));
            assertThat(outcome).as("seed %s, %s", seed, task.handle).isPresent();
            assertThat(task.ends.get()).as("seed %s, %s", seed, task.handle).isOne();
            assertThat(task.handle.status().isFinal())
                    .as("seed %s, %s", seed, task.handle)
                    .isTrue();
        }
        assertThat(report.unfinished().stream().map(DrainReport.Unfinished::taskId))
                .doesNotHaveDuplicates();
    }

    private record Watched(TaskHandle<Integer> handle, AtomicInteger ends) {}

    private static List<Watched> operate(Random random, List<AgentRef<Integer, Integer>> agents, int operations) {
        List<Watched> mine = new ArrayList<>();
        for (int i = 0; i < operations; i++) {
            if (random.nextInt(4) == 0 && !mine.isEmpty()) {
                mine.get(mine.size() - 1 - random.nextInt(Math.min(mine.size(), 200)))
                        .handle
                        .cancel();
                continue;
            }
            Submit how = Submit.by(Tenant.of("t" + random.nextInt(3)))
                    .priority(Priority.values()[random.nextInt(4)])
                    .deadline(Duration.ofMillis(1 + random.nextInt(200)));
            if (random.nextInt(3) == 0) {
                how = how.key("k" + random.nextInt(4));
            }
            AgentRef<Integer, Integer> agent = agents.get(random.nextInt(AGENTS));
            agent.submit(random.nextInt(1_000), how)
                    .handle(
                            handle -> {
                                var ends = new AtomicInteger();
                                handle.outcome().thenAccept(outcome -> ends.incrementAndGet());
                                mine.add(new Watched(handle, ends));
                            },
                            rejected -> Thread.onSpinWait());
            if (random.nextInt(500) == 0) {
                agent.maxConcurrency(1 + random.nextInt(4));
            }
        }
        return mine;
    }

    private static AgentSpec<Integer, Integer> agent(int index, List<AgentRef<Integer, Integer>> agents) {
        return AgentSpec.<Integer, Integer>named("agent-" + index)
                .capacity(200)
                .retry(RetrySettings.of(2, Duration.ofMillis(1), Duration.ofMillis(5)))
                .abandonAfter(Duration.ofMillis(index == 0 ? 0 : 50))
                .handler((n, ctx) -> {
                    switch (n % 8) {
                        case 0 -> throw new ConnectException();
                        case 1 -> throw new IllegalStateException("wrong");
                        case 2 -> Thread.sleep(n % 5);
                        case 3 -> {
                            ctx.onCancel(Thread::onSpinWait);
                            return ctx.ask(agents.get((index + 1) % agents.size()), n / 8);
                        }
                        default -> ctx.progress("done", 1);
                    }
                    return n;
                });
    }
}
