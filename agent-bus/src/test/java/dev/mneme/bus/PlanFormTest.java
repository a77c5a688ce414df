package dev.mneme.bus;

import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.Tenant;
import dev.mneme.TypeRef;
import dev.mneme.memory.coordination.ApprovalRequest.OnTimeout;
import dev.mneme.memory.coordination.ApprovalRisk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Plans as JSON. */
class PlanFormTest {

    record Query(String topic, int depth, List<String> words) {}

    private static final Submit HOW = Submit.by(Tenant.of("anna"));

    private final TestBus test = TestBus.seeded(5);
    private final AgentRef<Query, String> researcher = test.register(AgentSpec.<Query, String>named("researcher")
            .types(Query.class, String.class)
            .handler((query, ctx) -> {
                if (query.depth() < 0) {
                    throw new IllegalStateException("depth");
                }
                return query.topic() + query.depth() + query.words();
            }));
    private final AgentRef<List<String>, String> writer = test.register(AgentSpec.<List<String>, String>named("writer")
            .types(new TypeRef<List<String>>() {}, TypeRef.of(String.class))
            .handler((all, ctx) -> String.join("+", all)));
    private final AgentRef<String, Integer> counter = test.register(AgentSpec.<String, Integer>named("counter")
            .types(String.class, Integer.class)
            .handler((text, ctx) -> text.length()));
    private final PlanForm form = PlanForm.of(researcher, writer, counter);

    @AfterEach
    void close() {
        test.close();
    }

    private PlanResult run(Plan plan) {
        return test.bus()
                .submit(plan, HOW)
                .orThrow()
                .awaitOutcome(Duration.ofHours(2))
                .orElseThrow()
                .get();
    }

    @Test
    void aPlanThatWasWrittenAndReadIsTheSame() {
        Plan.Builder p = Plan.builder("report");
        NodeRef<String> a = p.node("a", researcher, new Query("tea é \"x\"", 2, List.of("w")));
        NodeRef<String> b =
                p.node("b", researcher, new Query("coffee", -1, List.of())).onFailure(FailurePolicy.CONTINUE);
        NodeRef<String> draft = p.join("draft", writer, List.of(a, b), Join.atLeast(1));
        Approval approval = Approval.of("Publish?", "as drafted")
                .operation("publish")
                .subject("tea")
                .risk(ApprovalRisk.HIGH)
                .timeout(ofMinutes(30))
                .onTimeout(OnTimeout.APPROVE);
        p.node("count", counter, draft).after(p.approval("review", draft, approval), b);
        p.approvedFirst(Approval.of("Begin?").risk(ApprovalRisk.LOW));
        Plan plan = p.build();

        String json = form.write(plan);
        Plan read = form.read(json);
        assertThat(read.text()).isEqualTo(plan.text());
        assertThat(form.write(read)).isEqualTo(json);
        assertThat(json).contains("\"atLeast\":1", "\"timeout\":\"PT30M\"", "\"topic\":\"tea é");
        for (Plan each : List.of(plan, read)) {
            PlanResult result = run(each);
            assertThat(result.completed()).containsExactly("a", "draft", "count", "review");
            assertThat(result.failed()).containsOnlyKeys("b");
            assertThat(result.toString()).contains("count");
        }
        assertThat(run(read).get(count(read))).isEqualTo("tea é \"x\"2[w]".length());
    }

    @SuppressWarnings("unchecked") // the node named so answers that
    private static NodeRef<Integer> count(Plan plan) {
        return (NodeRef<Integer>) plan.nodes.stream()
                .filter(node -> node.name().equals("count"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void randomPlansGiveTheSameResultsAfterTheyWereWrittenAndRead() {
        for (int seed = 0; seed < 300; seed++) {
            var random = new Random(seed);
            Plan.Builder p = Plan.builder("random-" + seed);
            List<NodeRef<String>> nodes = new ArrayList<>();
            for (int i = 0; i < 1 + random.nextInt(10); i++) {
                List<NodeRef<String>> sources = IntStream.range(0, i)
                        .filter(j -> random.nextInt(3) == 0)
                        .mapToObj(nodes::get)
                        .toList();
                NodeRef<String> node = sources.isEmpty()
                        ? p.node("n" + i, researcher, new Query("q" + i, random.nextInt(4) - 1, List.of("w" + seed)))
                        : p.join("n" + i, writer, sources, Join.atLeast(1 + random.nextInt(sources.size())));
                node.onFailure(FailurePolicy.values()[random.nextInt(FailurePolicy.values().length)]);
                if (i > 0 && random.nextBoolean()) {
                    node.after(nodes.get(random.nextInt(i)));
                }
                nodes.add(node);
            }
            Plan plan = p.build();
            Plan read = form.read(form.write(plan));
            assertThat(read.text()).as("seed %s", seed).isEqualTo(plan.text());
            assertThat(form.write(read)).as("seed %s", seed).isEqualTo(form.write(plan));
        }
    }

    @Test
    void nodesMayStandBeforeWhatTheyNeed() {
        String json = String.join(
                ",",
                "{\"form\":1,\"name\":\"p\",\"nodes\":[{\"name\":\"count\",\"agent\":\"counter\",\"given\":\"draft\"}",
                "{\"name\":\"draft\",\"agent\":\"writer\",\"join\":[\"a\"]}",
                "{\"name\":\"a\",\"agent\":\"researcher\",\"input\":{\"topic\":\"tea\",\"depth\":1,\"words\":[]}}]}");
        PlanResult result = run(form.read(json));
        assertThat(result.isComplete()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "no json | must be JSON",
                "[] | must be a JSON object",
                "{\"form\":2,\"name\":\"p\",\"nodes\":[]} | form must be 1",
                "{\"form\":1,\"name\":\"p\"} | nodes must be a list",
                "{\"form\":1,\"name\":\"p\",\"nodes\":[]} | at least 1 node",
                "{\"form\":1,\"nodes\":[]} | must have a text name",
                "{\"form\":1,\"name\":\"p\",\"nodez\":[],\"nodes\":[]} | had another",
                "{\"form\":1,\"name\":\"p\",\"nodes\":[{\"name\":\"a\",\"agent\":\"nobody\",\"input\":1}]} | one of [counter, researcher, writer], that of a was not",
                "{\"form\":1,\"name\":\"p\",\"nodes\":[{\"name\":\"a\"}]} | must have an agent or an approval, a has not one",
                "{\"form\":1,\"name\":\"p\",\"nodes\":[{\"name\":\"a\",\"agent\":\"researcher\"}]} | the input of node a must be",
                "{\"form\":1,\"name\":\"p\",\"nodes\":[{\"name\":\"a\",\"agent\":\"researcher\",\"input\":null}]} | the input of node a must be",
                "{\"form\":1,\"name\":\"p\",\"nodes\":[{\"name\":\"a\",\"agent\":\"researcher\",\"input\":{\"topix\":\"secret\"}}]} | the input of node a must be",
                "{\"form\":1,\"name\":\"p\",\"nodes\":[{\"name\":\"a\",\"agent\":\"counter\",\"input\":\"x\",\"given\":\"a\"}]} | a does more",
                "{\"form\":1,\"name\":\"p\",\"nodes\":[{\"name\":\"a\",\"agent\":\"counter\",\"given\":\"b\"}]} | of a something is not",
                "{\"form\":1,\"name\":\"p\",\"nodes\":[{\"name\":\"a\",\"agent\":\"counter\",\"input\":\"x\"},{\"name\":\"b\",\"agent\":\"counter\",\"given\":\"a\"}]} | b cannot be given what a answers",
                "{\"form\":1,\"name\":\"p\",\"nodes\":[{\"name\":\"a\",\"agent\":\"counter\",\"input\":\"x\"},{\"name\":\"b\",\"agent\":\"writer\",\"join\":[\"a\"]}]} | b cannot be given what a answers",
                "{\"form\":1,\"name\":\"p\",\"nodes\":[{\"name\":\"a\",\"agent\":\"counter\",\"input\":\"x\"},{\"name\":\"b\",\"agent\":\"counter\",\"join\":[\"a\"]}]} | b cannot be given what a answers",
                "{\"form\":1,\"name\":\"p\",\"nodes\":[{\"name\":\"a\",\"agent\":\"writer\",\"join\":[\"a\"],\"atLeast\":2}]} | atLeast must be 1",
                "{\"form\":1,\"name\":\"p\",\"nodes\":[{\"name\":\"a\",\"agent\":\"writer\",\"join\":[\"b\"]},{\"name\":\"b\",\"agent\":\"writer\",\"join\":[\"a\"]}]} | no circle",
                "{\"form\":1,\"name\":\"p\",\"nodes\":[{\"name\":\"a\",\"agent\":\"counter\",\"input\":\"x\",\"onFailure\":\"PERHAPS\"}]} | onFailure of node a",
                "{\"form\":1,\"name\":\"p\",\"nodes\":[{\"name\":\"a\",\"approval\":{\"question\":\"?\",\"timeout\":\"soon\"}}]} | such as PT5M",
                "{\"form\":1,\"name\":\"p\",\"nodes\":[{\"name\":\"a\",\"approval\":{\"question\":\"?\",\"risk\":\"SOME\"}}]} | risk must be",
                "{\"form\":1,\"name\":\"p\",\"nodes\":[{\"name\":\"a\",\"agent\":\"counter\",\"input\":\"x\"},{\"name\":\"a\",\"agent\":\"counter\",\"input\":\"x\"}]} | another node named a"
            })
    void whatIsNoPlanIsRefusedWithItsNodeAndNothingOfTheInput(String json, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> form.read(json))
                .withMessageContaining(message)
                .withMessageNotContaining("secret")
                .withNoCause();
    }

    @Test
    void whatCannotBeDataIsNotWritten() {
        Plan.Builder made = Plan.builder("made");
        NodeRef<Integer> count = made.node("count", counter, "x");
        made.approval("review", count, n -> Approval.of("Publish " + n + "?"));
        assertThatThrownBy(() -> form.write(made.build())).hasMessageContaining("node review is made later");
        Plan.Builder first = Plan.builder("first").approvedFirst(plan -> Approval.of(plan.name()));
        first.node("count", counter, "x");
        assertThatThrownBy(() -> form.write(first.build())).hasMessageContaining("made later");
        AgentRef<String, String> other =
                test.register(AgentSpec.<String, String>named("other").handler((text, ctx) -> text));
        Plan.Builder unknown = Plan.builder("unknown");
        unknown.node("x", other, "x");
        assertThatThrownBy(() -> form.write(unknown.build())).hasMessageContaining("other is not");
        assertThatThrownBy(() -> PlanForm.of(other)).hasMessageContaining("other has not");
        assertThatThrownBy(() -> PlanForm.of(counter, counter)).hasMessageContaining("twice was counter");
    }
}
