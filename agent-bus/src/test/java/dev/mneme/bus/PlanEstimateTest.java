package dev.mneme.bus;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.Tenant;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a plan may take, told before it runs. */
class PlanEstimateTest {

    private static final Submit HOW = Submit.by(Tenant.of("anna"));
    private static final int GRAPHS = Boolean.getBoolean("mneme.long") ? 10_000 : 1_000;

    @Test
    void ofRandomGraphsItIsTheSumTheLongestWayAndTheCost() {
        for (int seed = 0; seed < GRAPHS; seed++) {
            var random = new Random(seed);
            int size = 1 + random.nextInt(12);
            int[][] sources = new int[size][];
            TaskEstimate[] takes = new TaskEstimate[size];
            try (TestBus test = TestBus.seeded(seed)) {
                Plan.Builder p = Plan.builder("graph");
                List<NodeRef<Integer>> nodes = new ArrayList<>();
                for (int i = 0; i < size; i++) {
                    TaskEstimate take = TaskEstimate.of(
                            ofSeconds(random.nextInt(100)), BigDecimal.valueOf(random.nextInt(1_000), 2));
                    takes[i] = take;
                    int node = i;
                    sources[i] = IntStream.range(0, i)
                            .filter(j -> random.nextInt(node) < 2)
                            .toArray();
                    if (sources[i].length == 0) {
                        nodes.add(p.node(
                                "n" + i,
                                test.register(AgentSpec.<Integer, Integer>named("a" + i)
                                        .estimate(input ->
                                                input.orElseThrow() == node ? take : TaskEstimate.of(ofSeconds(9_999)))
                                        .handler((n, ctx) -> n)),
                                i));
                    } else {
                        AgentRef<List<Integer>, Integer> sum =
                                test.register(AgentSpec.<List<Integer>, Integer>named("a" + i)
                                        .estimate(input -> input.isEmpty() ? take : TaskEstimate.of(ofSeconds(9_999)))
                                        .handler((all, ctx) -> all.size()));
                        nodes.add(p.join(
                                "n" + i,
                                sum,
                                IntStream.of(sources[i]).mapToObj(nodes::get).toList(),
                                Join.all()));
                    }
                }
                PlanEstimate estimate = p.build().estimate();
                Duration sum = Duration.ZERO;
                BigDecimal cost = BigDecimal.ZERO;
                Duration longest = Duration.ZERO;
                for (int i = 0; i < size; i++) {
                    sum = sum.plus(takes[i].time());
                    cost = cost.add(takes[i].cost());
                    Duration way = longestWay(i, sources, takes);
                    longest = way.compareTo(longest) > 0 ? way : longest;
                }
                assertThat(estimate).as("seed %s", seed).isEqualTo(new PlanEstimate(sum, longest, cost));
            }
        }
    }

    /** By going all ways there are. */
    private static Duration longestWay(int to, int[][] sources, TaskEstimate[] takes) {
        Duration longest = Duration.ZERO;
        for (int source : sources[to]) {
            Duration way = longestWay(source, sources, takes);
            longest = way.compareTo(longest) > 0 ? way : longest;
        }
        return longest.plus(takes[to].time());
    }

    @Test
    void anAgentThatSaysNothingIsEstimatedByWhatItsTasksTookAndAPersonNotAtAll() {
        try (TestBus test = TestBus.seeded(1)) {
            AgentRef<Integer, Integer> measured =
                    test.register(AgentSpec.<Integer, Integer>named("measured").handler((n, ctx) -> {
                        test.takeTime(ofSeconds(n));
                        return n;
                    }));
            AgentRef<Integer, Integer> told = test.register(AgentSpec.<Integer, Integer>named("told")
                    .estimate(input -> TaskEstimate.of(ofSeconds(10L * input.orElse(1)), new BigDecimal("0.25")))
                    .handler((n, ctx) -> n));
            measured.submit(4).orThrow().awaitOutcome(ofSeconds(60));
            Plan.Builder p = Plan.builder("two");
            NodeRef<Integer> first = p.node("first", told, 2);
            p.node("second", measured, first).after(p.approval("asks", first, Approval.of("?")));
            p.node("third", told, first);
            assertThat(p.build().estimate())
                    .isEqualTo(new PlanEstimate(ofSeconds(34), ofSeconds(30), new BigDecimal("0.50")));
        }
    }

    @Test
    void aPlanThatATaskSubmitsEndsWithTheDeadlineOfTheTask() {
        try (TestBus test = TestBus.seeded(1)) {
            AgentRef<Integer, Integer> slow =
                    test.register(AgentSpec.<Integer, Integer>named("slow").handler((n, ctx) -> {
                        test.takeTime(ofSeconds(100));
                        return n;
                    }));
            List<TaskHandle<PlanResult>> inner = new ArrayList<>();
            AgentRef<Integer, Integer> outer = test.register(AgentSpec.<Integer, Integer>named("outer")
                    .timeout(ofSeconds(20))
                    .handler((n, ctx) -> {
                        Plan.Builder p = Plan.builder("inner");
                        p.node("slow", slow, n);
                        inner.add(test.bus().submit(p.build(), HOW).orThrow());
                        return n;
                    }));
            outer.submit(1, HOW).orThrow();
            test.advance(ofSeconds(20));
            assertThat(inner.get(0).status()).isEqualTo(TaskStatus.COMPLETED);
            assertThat(inner.get(0)
                            .awaitOutcome(Duration.ZERO)
                            .orElseThrow()
                            .get()
                            .failed()
                            .get("slow"))
                    .isInstanceOf(TaskTimedOutException.class);
        }
    }

    @Test
    void anEstimateBelowNothingIsRefused() {
        assertThatThrownBy(() -> TaskEstimate.of(ofSeconds(-1))).hasMessageContaining("was PT-1S");
        assertThatThrownBy(() -> TaskEstimate.of(ofSeconds(1), new BigDecimal("-0.1")))
                .hasMessageContaining("was -0.1");
    }
}
