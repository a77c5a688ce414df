package dev.mneme.bus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.Tenant;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KeyOrderTest {

    private record Step(String key, int number) {}

    @Test
    void tasksOfAKeyRunOneByOneInTheirOrderWhateverFailsAndIsRepeated() {
        for (int seed = 0; seed < 50; seed++) {
            try (TestBus test = TestBus.seeded(seed)) {
                var random = new Random(seed);
                Map<String, List<Integer>> done = new TreeMap<>();
                Map<String, Integer> inside = new TreeMap<>();
                AgentRef<Step, Integer> agent = test.register(AgentSpec.<Step, Integer>named("ordered")
                        .maxConcurrency(3)
                        .retry(Retries.every(Duration.ofMillis(70), 3))
                        .handler((step, ctx) -> {
                            assertThat(inside.merge(step.key, 1, Integer::sum)).isOne();
                            try {
                                test.takeTime(Duration.ofMillis(random.nextInt(50)));
                            } finally {
                                inside.merge(step.key, -1, Integer::sum);
                            }
                            if (ctx.attempt() < 3 && random.nextInt(3) == 0) {
                                throw new ConnectException();
                            }
                            done.computeIfAbsent(step.key, k -> new ArrayList<>())
                                    .add(step.number);
                            return step.number;
                        }));
                for (int i = 0; i < 60; i++) {
                    String key = "k" + i % 4;
                    agent.submit(new Step(key, i), Submit.byHost().key(key)).orThrow();
                }
                test.advance(Duration.ofMinutes(4));
                for (int key = 0; key < 4; key++) {
                    int k = key;
                    assertThat(done.get("k" + key))
                            .as("seed %s", seed)
                            .containsExactlyElementsOf(IntStream.range(0, 60)
                                    .filter(i -> i % 4 == k)
                                    .boxed()
                                    .toList());
                }
            }
        }
    }

    @Test
    void otherKeysAndTheSameKeyOfAnotherTenantDoNotWait() {
        try (TestBus test = TestBus.seeded(1)) {
            AgentRef<Integer, Integer> agent = test.register(AgentSpec.<Integer, Integer>named("ordered")
                    .maxConcurrency(9)
                    .handler((n, ctx) -> {
                        test.takeTime(Duration.ofSeconds(1));
                        return n;
                    }));
            Submit anna = Submit.by(Tenant.of("anna"));
            TaskHandle<Integer> first = agent.submit(1, anna.key("k")).orThrow();
            TaskHandle<Integer> behind = agent.submit(2, anna.key("k")).orThrow();
            TaskHandle<Integer> other = agent.submit(3, anna.key("l")).orThrow();
            TaskHandle<Integer> boris =
                    agent.submit(4, Submit.by(Tenant.of("boris")).key("k")).orThrow();
            test.run();
            assertThat(List.of(first.status(), other.status(), boris.status())).containsOnly(TaskStatus.RUNNING);
            assertThat(behind.status()).isEqualTo(TaskStatus.BEHIND_KEY);
            assertThat(agent.numbers().queued()).isOne();
            test.advance(Duration.ofSeconds(1));
            assertThat(behind.status()).isEqualTo(TaskStatus.RUNNING);
        }
    }

    @Test
    void aCancelledTaskKeepsItsKeyUntilItsHandlerReturnsAndOneBehindItLeavesTheLine() {
        try (TestBus test = TestBus.seeded(1)) {
            List<String> log = new ArrayList<>();
            AgentRef<Integer, Integer> agent =
                    test.register(AgentSpec.<Integer, Integer>named("ordered").handler((n, ctx) -> {
                        log.add("begin " + n);
                        try {
                            test.takeTime(Duration.ofSeconds(1));
                        } finally {
                            log.add("end " + n);
                        }
                        return n;
                    }));
            Submit how = Submit.byHost().key("k");
            TaskHandle<Integer> first = agent.submit(1, how).orThrow();
            TaskHandle<Integer> second = agent.submit(2, how).orThrow();
            agent.submit(3, how).orThrow();
            test.run();
            second.cancel();
            first.cancel();
            assertThat(agent.numbers().stopping()).isOne();
            test.advance(Duration.ofSeconds(5));
            assertThat(log).containsExactly("begin 1", "end 1", "begin 3", "end 3");
        }
    }
}
