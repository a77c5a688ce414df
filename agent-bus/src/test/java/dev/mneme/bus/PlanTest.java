package dev.mneme.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.Tenant;
import dev.mneme.bus.Submission.Rejected;
import dev.mneme.events.stream.Await;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PlanTest {

    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Submit HOW = Submit.by(Tenant.of("anna"));
    private static final int GRAPHS = Boolean.getBoolean("mneme.long") ? 10_000 : 500;

    /** A graph by number: node i answers the sum of its sources' answers and its own number, or fails. */
    private record Graph(int[][] sources, int[] needed, boolean[] fails, int[] seconds) {

        static Graph random(Random random) {
            int size = 1 + random.nextInt(12);
            var graph = new Graph(new int[size][], new int[size], new boolean[size], new int[size]);
            for (int i = 0; i < size; i++) {
                int node = i;
                graph.sources[i] = IntStream.range(0, i)
                        .filter(j -> random.nextInt(node) < 2)
                        .toArray();
                int sources = graph.sources[i].length;
                graph.needed[i] = sources == 0 ? 0 : 1 + random.nextInt(sources);
                graph.fails[i] = random.nextInt(6) == 0;
                graph.seconds[i] = random.nextInt(10);
            }
            return graph;
        }

        /** What each node answers if they run one after another; null for one that failed or was skipped. */
        Long[] oracle() {
            Long[] answers = new Long[needed.length];
            for (int i = 0; i < answers.length; i++) {
                long sum = i;
                int there = 0;
                for (int source : sources[i]) {
                    if (answers[source] != null) {
                        sum += answers[source];
                        there++;
                    }
                }
                answers[i] = there >= needed[i] && !fails[i] ? sum : null;
            }
            return answers;
        }

        /** When the last node ends, if each begins as soon as its sources have ended. */
        int makespan() {
            int[] ends = new int[needed.length];
            boolean[] runs = new boolean[needed.length];
            Long[] answers = oracle();
            int last = 0;
            for (int i = 0; i < ends.length; i++) {
                int begin = 0;
                int there = 0;
                for (int source : sources[i]) {
                    begin = Math.max(begin, ends[source]);
                    there += answers[source] == null ? 0 : 1;
                }
                runs[i] = there >= needed[i];
                ends[i] = begin + (runs[i] ? seconds[i] : 0);
                last = Math.max(last, ends[i]);
            }
            return last;
        }
    }

    @Test
    void randomGraphsGiveWhatRunningThemOneByOneGivesInTheTimeOfTheLongestWay() {
        for (int seed = 0; seed < GRAPHS; seed++) {
            Graph graph = Graph.random(new Random(seed));
            try (TestBus test = TestBus.seeded(seed)) {
                AgentRef<Integer, Long> root = test.register(AgentSpec.<Integer, Long>named("root")
                        .maxConcurrency(20)
                        .handler((n, ctx) -> work(test, graph, n, List.of())));
                List<AgentRef<List<Long>, Long>> sums = new ArrayList<>();
                Plan.Builder p = Plan.builder("graph");
                List<NodeRef<Long>> nodes = new ArrayList<>();
                for (int i = 0; i < graph.needed.length; i++) {
                    int number = i;
                    sums.add(test.register(AgentSpec.<List<Long>, Long>named("sum-" + i)
                            .handler((answers, ctx) -> work(test, graph, number, answers))));
                    List<NodeRef<Long>> sources =
                            IntStream.of(graph.sources[i]).mapToObj(nodes::get).toList();
                    nodes.add(
                            sources.isEmpty()
                                    ? p.node("n" + i, root, i)
                                    : p.join("n" + i, sums.get(i), sources, Join.atLeast(graph.needed[i])));
                }
                PlanResult result = test.bus()
                        .submit(p.build(), HOW)
                        .orThrow()
                        .awaitOutcome(Duration.ofHours(1))
                        .orElseThrow()
                        .get();
                Long[] expected = graph.oracle();
                for (int i = 0; i < expected.length; i++) {
                    Outcome<Long> outcome = result.outcome(nodes.get(i)).orElse(null);
                    Long answer = outcome != null && outcome.isCompleted() ? outcome.get() : null;
                    assertThat(answer)
                            .as("seed %s, node %s, %s", seed, i, result)
                            .isEqualTo(expected[i]);
                }
                assertThat(result.completed().size()
                                + result.failed().size()
                                + result.skipped().size())
                        .as("seed %s", seed)
                        .isEqualTo(expected.length);
                assertThat(test.elapsed()).as("seed %s", seed).isEqualTo(Duration.ofSeconds(graph.makespan()));
                assertThat(test.bus().runningPlans()).isZero();
            }
        }
    }

    private static Long work(TestBus test, Graph graph, int node, List<Long> answers) throws InterruptedException {
        test.takeTime(Duration.ofSeconds(graph.seconds[node]));
        if (graph.fails[node]) {
            throw new IllegalStateException("node " + node);
        }
        return node + answers.stream().mapToLong(Long::longValue).sum();
    }

    @Test
    void aCircleIsRefusedWithItsWay() {
        try (TestBus test = TestBus.seeded(1)) {
            AgentRef<Integer, Integer> agent = test.register(echo("a"));
            Plan.Builder p = Plan.builder("round");
            NodeRef<Integer> start = p.node("start", agent, 1);
            NodeRef<Integer> one = p.node("one", agent, start);
            NodeRef<Integer> two = p.node("two", agent, one);
            NodeRef<Integer> three = p.node("three", agent, two);
            p.node("tail", agent, three);
            one.after(three);
            assertThatThrownBy(p::build)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no circle")
                    .satisfies(e -> assertThat(e.getMessage())
                            .containsAnyOf(
                                    "one -> two -> three -> one",
                                    "two -> three -> one -> two",
                                    "three -> one -> two -> three"));
        }
    }

    @Test
    void whatNeedsAFailedNodeIsSkippedWithItsCauseAndTheOtherBranchGoesOn() {
        try (TestBus test = TestBus.seeded(1)) {
            AgentRef<Integer, Integer> good = test.register(echo("good"));
            AgentRef<Integer, Integer> bad = test.register(failing("bad"));
            Plan.Builder p = Plan.builder("partial");
            NodeRef<Integer> a = p.node("a", good, 1);
            NodeRef<Integer> b = p.node("b", bad, a);
            NodeRef<Integer> c = p.node("c", good, b);
            NodeRef<Integer> d = p.node("d", good, 5).after(c);
            NodeRef<Integer> e = p.node("e", good, a);
            PlanResult result = run(test, p.build());
            assertThat(result.completed()).containsExactly("a", "e");
            assertThat(result.failed().get("b")).hasMessage("bad");
            assertThat(result.skipped()).isEqualTo(Map.of("c", Set.of("b"), "d", Set.of("b")));
            assertThat(result.isComplete()).isFalse();
            assertThat(result.get(e)).isEqualTo(1);
            assertThatThrownBy(() -> result.get(d)).hasMessageContaining("[b]");
            assertThatThrownBy(() -> result.get(b)).isInstanceOf(TaskFailedException.class);
        }
    }

    @Test
    void afterAFailedNodeThatLetsThemWhatOnlyComesLaterBegins() {
        try (TestBus test = TestBus.seeded(1)) {
            AgentRef<Integer, Integer> good = test.register(echo("good"));
            AgentRef<Integer, Integer> bad = test.register(failing("bad"));
            Plan.Builder p = Plan.builder("continue");
            NodeRef<Integer> b = p.node("b", bad, 1).onFailure(FailurePolicy.CONTINUE);
            p.node("needs", good, b);
            NodeRef<Integer> later = p.node("later", good, 7).after(b);
            PlanResult result = run(test, p.build());
            assertThat(result.get(later)).isEqualTo(7);
            assertThat(result.skipped()).containsOnlyKeys("needs");
        }
    }

    @Test
    void oneFailureEndsAPlanThatFailsFast() {
        try (TestBus test = TestBus.seeded(1)) {
            AgentRef<Integer, Integer> slow = test.register(
                    AgentSpec.<Integer, Integer>named("slow").maxConcurrency(9).handler((n, ctx) -> {
                        test.takeTime(Duration.ofSeconds(n));
                        if (n == 3) {
                            throw new IllegalStateException("three");
                        }
                        return n;
                    }));
            Plan.Builder p = Plan.builder("fast");
            NodeRef<Integer> first = p.node("first", slow, 1);
            p.node("fails", slow, 3).onFailure(FailurePolicy.FAIL_FAST);
            NodeRef<Integer> runs = p.node("runs", slow, 100);
            p.node("waits", slow, runs);
            PlanResult result = run(test, p.build());
            assertThat(test.elapsed()).isEqualTo(Duration.ofSeconds(3));
            assertThat(result.get(first)).isEqualTo(1);
            assertThat(result.cancelled()).containsExactly("runs");
            assertThat(result.skipped()).isEqualTo(Map.of("waits", Set.of("runs")));
            assertThat(slow.numbers().stopping()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.mneme.bus.Buses#threads")
    void toCancelAPlanOfAThousandNodesEndsThemAll(BusThreads threads) {
        try (AgentBus bus = Buses.on(threads)) {
            var begun = new AtomicInteger();
            AgentRef<Integer, Integer> agent = bus.register(AgentSpec.<Integer, Integer>named("sleeper")
                    .maxConcurrency(5)
                    .capacity(100)
                    .handler((n, ctx) -> {
                        begun.incrementAndGet();
                        Thread.sleep(LONG.toMillis());
                        return n;
                    }));
            Plan.Builder p = Plan.builder("thousand");
            for (int i = 0; i < 500; i++) {
                p.node("child-" + i, agent, p.node("parent-" + i, agent, i));
            }
            TaskHandle<PlanResult> task = bus.submit(p.build(), HOW).orThrow();
            Await.until("five run", () -> begun.get() == 5);
            AgentNumbers before = agent.numbers();
            assertThat(before.queued()).isLessThanOrEqualTo(25);
            assertThat(before.parked()).isGreaterThan(400);
            assertThat(task.cancel()).isTrue();
            assertThat(task.awaitOutcome(LONG)).contains(new Outcome.Cancelled<>(TaskDetail.BY_CALLER));
            Await.until("handlers return", () -> agent.numbers().stopping() == 0);
            AgentNumbers n = agent.numbers();
            assertThat(n.parked() + n.waiting() + n.running()).isZero();
            assertThat(n.accepted()).isEqualTo(500).isEqualTo(n.cancelled());
            assertThat(begun.get()).isEqualTo(5);
            assertThat(bus.runningPlans()).isZero();
        }
    }

    @Test
    void aPlanLargerThanAQueueWaitsBesideItAndLosesNothing() {
        try (TestBus test = TestBus.seeded(1)) {
            AgentRef<Integer, Integer> narrow = test.register(AgentSpec.<Integer, Integer>named("narrow")
                    .capacity(4)
                    .tenantCapacity(2)
                    .maxConcurrency(2)
                    .handler((n, ctx) -> {
                        test.takeTime(Duration.ofSeconds(1));
                        return n;
                    }));
            List<TaskHandle<PlanResult>> plans = new ArrayList<>();
            for (String tenant : List.of("anna", "boris")) {
                Plan.Builder p = Plan.builder(tenant);
                for (int i = 0; i < 100; i++) {
                    p.node("n" + i, narrow, i);
                }
                plans.add(test.bus()
                        .submit(p.build(), Submit.by(Tenant.of(tenant)))
                        .orThrow());
            }
            assertThat(narrow.numbers().queued()).isEqualTo(4);
            assertThat(narrow.numbers().parked()).isEqualTo(196);
            assertThat(narrow.submit(1)).isInstanceOf(Rejected.class);
            test.advance(Duration.ofSeconds(50));
            // both get on alike
            assertThat(plans.get(0).progress().orElseThrow().fraction()).isBetween(0.45, 0.55);
            assertThat(plans.get(1).progress().orElseThrow().fraction()).isBetween(0.45, 0.55);
            test.advance(Duration.ofSeconds(51));
            for (TaskHandle<PlanResult> plan : plans) {
                assertThat(plan.awaitOutcome(Duration.ZERO).orElseThrow().get().isComplete())
                        .isTrue();
            }
        }
    }

    @Test
    void whatIsParkedLeavesItsTenantNoMoreThanItsShareAndEndsInTime() {
        try (TestBus test = TestBus.seeded(1)) {
            AgentRef<Integer, Integer> narrow = test.register(AgentSpec.<Integer, Integer>named("narrow")
                    .capacity(4)
                    .tenantCapacity(1)
                    .maxConcurrency(1)
                    .timeout(Duration.ofSeconds(15))
                    .handler((n, ctx) -> {
                        test.takeTime(Duration.ofSeconds(10));
                        return n;
                    }));
            Plan.Builder p = Plan.builder("ten");
            for (int i = 0; i < 10; i++) {
                p.node("n" + i, narrow, i);
            }
            Plan plan = p.build();
            TaskHandle<PlanResult> task = test.bus().submit(plan, HOW).orThrow();
            test.advance(Duration.ofSeconds(10));
            assertThat(narrow.numbers().queued()).isOne();
            assertThat(narrow.numbers().parked()).isEqualTo(7);
            test.advance(Duration.ofSeconds(5));
            PlanResult result = task.awaitOutcome(Duration.ZERO).orElseThrow().get();
            assertThat(result.completed()).hasSize(1);
            assertThat(result.failed()).hasSize(9);
            assertThat(narrow.numbers().parked() + narrow.numbers().waiting()).isZero();

            test.bus().submit(plan, HOW).orThrow();
            test.run();
            assertThat(narrow.numbers().parked()).isEqualTo(8);
            assertThat(test.bus().drain(Duration.ZERO).unfinished()).hasSize(11);
            assertThat(narrow.numbers().parked() + narrow.numbers().waiting()).isZero();
        }
    }

    @Test
    void aDrainLetsAnAcceptedPlanGoOnAndNamesOneThatDoesNotEnd() {
        try (TestBus test = TestBus.seeded(1)) {
            AgentRef<Integer, Integer> first = test.register(timed(test, "first"));
            AgentRef<Integer, Integer> second = test.register(timed(test, "second"));
            TaskHandle<PlanResult> ends =
                    test.bus().submit(chain(first, second, 3), HOW).orThrow();
            TaskHandle<PlanResult> doesNot =
                    test.bus().submit(chain(first, second, 50), HOW).orThrow();
            test.run();
            DrainReport report = test.bus().drain(Duration.ofSeconds(10));
            assertThat(ends.awaitOutcome(Duration.ZERO).orElseThrow().get().isComplete())
                    .isTrue();
            assertThat(doesNot.status()).isEqualTo(new TaskStatus(TaskState.CANCELLED, TaskDetail.SHUTDOWN));
            assertThat(report.unfinished())
                    .extracting(DrainReport.Unfinished::taskId)
                    .contains(doesNot.id());
            assertThat(report.unfinished()).hasSize(2);
            assertThat(test.bus().submit(chain(first, second, 1), HOW)).isInstanceOf(Rejected.class);
        }
    }

    @Test
    void anAgentThatIsGoneFailsItsNodesAndNotThePlan() {
        try (TestBus test = TestBus.seeded(1)) {
            AgentRef<Integer, Integer> first = test.register(timed(test, "first"));
            AgentRef<Integer, Integer> gone = test.register(timed(test, "gone"));
            test.bus().deregister(gone, Duration.ZERO);
            PlanResult result = run(test, chain(first, gone, 3));
            assertThat(result.failed()).containsOnlyKeys("n1");
            assertThat(result.failed().get("n1")).isInstanceOf(SubmissionRejectedException.class);
            assertThat(result.skipped()).containsOnlyKeys("n2");
        }
    }

    @Test
    void thousandsOfNodesThatCannotBeginEndInARow() {
        try (TestBus test = TestBus.seeded(1)) {
            AgentRef<Integer, Integer> gone = test.register(echo("gone"));
            test.bus().deregister(gone, Duration.ZERO);
            Plan.Builder p = Plan.builder("long");
            NodeRef<Integer> last = p.node("n0", gone, 0).onFailure(FailurePolicy.CONTINUE);
            for (int i = 1; i < 20_000; i++) {
                last = p.node("n" + i, gone, 0).after(last).onFailure(FailurePolicy.CONTINUE);
            }
            assertThat(run(test, p.build()).failed()).hasSize(20_000);
        }
    }

    @Test
    void theEstimateIsTheSumAndTheLongestWayOfWhatTasksTook() {
        try (TestBus test = TestBus.seeded(1)) {
            AgentRef<Integer, Integer> agent = test.register(timed(test, "agent"));
            Plan.Builder p = Plan.builder("diamond");
            NodeRef<Integer> top = p.node("top", agent, 1);
            NodeRef<Integer> left = p.node("left", agent, top);
            p.node("right", agent, top);
            p.node("bottom", agent, left);
            Plan plan = p.build();
            assertThat(plan.estimate()).isEqualTo(new PlanEstimate(Duration.ZERO, Duration.ZERO, BigDecimal.ZERO));
            agent.submit(1).orThrow().awaitOutcome(LONG);
            assertThat(plan.estimate())
                    .isEqualTo(new PlanEstimate(Duration.ofSeconds(4), Duration.ofSeconds(3), BigDecimal.ZERO));
        }
    }

    @Test
    void thePlanReadsAsText() {
        try (TestBus test = TestBus.seeded(1)) {
            AgentRef<Integer, Integer> agent = test.register(echo("agent"));
            AgentRef<List<Integer>, Integer> writer = test.register(
                    AgentSpec.<List<Integer>, Integer>named("writer").handler((all, ctx) -> all.size()));
            Plan.Builder p = Plan.builder("report");
            List<NodeRef<Integer>> sources = List.of(p.node("a", agent, 1), p.node("b", agent, 2));
            NodeRef<Integer> draft =
                    p.join("draft", writer, sources, Join.atLeast(1)).onFailure(FailurePolicy.FAIL_FAST);
            p.node("publish", agent, draft).after(sources.get(0));
            assertThat(p.build().text()).isEqualTo("""
                            plan report, nodes: 4
                              a: agent
                              b: agent
                              draft: writer, given a, b (at least 1), on failure FAIL_FAST
                              publish: agent, given draft, after a""");
        }
    }

    @Test
    void aPlanOutOfRangeIsRefusedWithRuleAndValue() {
        try (TestBus test = TestBus.seeded(1);
                AgentBus other = AgentBus.create();
                AgentBus small = AgentBus.builder().maxPlanNodes(1).build()) {
            AgentRef<Integer, Integer> agent = test.register(echo("agent"));
            Plan.Builder p = Plan.builder("p");
            assertThatThrownBy(p::build).hasMessageContaining("at least 1 node");
            NodeRef<Integer> a = p.node("a", agent, 1);
            assertThatThrownBy(() -> p.node("a", agent, 1)).hasMessageContaining("named a");
            assertThatThrownBy(() -> Plan.builder("q").node("b", agent, a)).hasMessageContaining("another");
            assertThatThrownBy(() -> Join.atLeast(0)).hasMessageContaining("was 0");
            assertThatThrownBy(() -> other.submit(p.build(), HOW)).hasMessageContaining("another bus");
            AgentRef<Integer, Integer> smalls = small.register(echo("agent"));
            assertThat(small.submit(chain(smalls, smalls, 2), HOW).<RejectReason>fold(yes -> null, Rejected::reason))
                    .isEqualTo(RejectReason.QUEUE_FULL);
            assertThat(small.submit(chain(smalls, smalls, 1), HOW)).isInstanceOf(Submission.Accepted.class);
        }
    }

    private static PlanResult run(TestBus test, Plan plan) {
        return test.bus()
                .submit(plan, HOW)
                .orThrow()
                .awaitOutcome(LONG)
                .orElseThrow()
                .get();
    }

    private static Plan chain(AgentRef<Integer, Integer> one, AgentRef<Integer, Integer> other, int length) {
        Plan.Builder p = Plan.builder("chain");
        NodeRef<Integer> last = p.node("n0", one, 0);
        for (int i = 1; i < length; i++) {
            last = p.node("n" + i, i % 2 == 0 ? one : other, last);
        }
        return p.build();
    }

    private static AgentSpec<Integer, Integer> echo(String name) {
        return AgentSpec.<Integer, Integer>named(name).handler((n, ctx) -> n);
    }

    private static AgentSpec<Integer, Integer> timed(TestBus test, String name) {
        return AgentSpec.<Integer, Integer>named(name).handler((n, ctx) -> {
            test.takeTime(Duration.ofSeconds(1));
            return n;
        });
    }

    private static AgentSpec<Integer, Integer> failing(String name) {
        return AgentSpec.<Integer, Integer>named(name).handler((n, ctx) -> {
            throw new IllegalStateException(name);
        });
    }
}
