package dev.mneme.memory.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.AgentKey;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RecallReportTest {

    private final ContextStore store = InMemoryContextStore.create(HashingEmbedder.ofDimensions(64));
    private final AgentContext memory = store.agent(AgentKey.of("t", "a"));

    @AfterEach
    void close() {
        store.close();
    }

    private static RecallReport.Builder byWords() {
        return RecallReport.builder().way("words", query -> query.weights(1, 0));
    }

    @Test
    void figuresAreThoseOfTheirFormulas() {
        // found in this order: the fewer other words, the better
        for (int i = 1; i <= 12; i++) {
            memory.add(Interaction.of("r" + i, "kangaroo " + "word ".repeat(i)));
        }
        RecallReport report = byWords()
                .judge(
                        memory,
                        List.of(
                                new JudgedQuestion("kangaroo", List.of("r2", "r7", "r11", "gone"), "one"),
                                new JudgedQuestion("kangaroo", List.of("r1"), "two")))
                .build();

        RecallReport.Row first = report.rows().get(1);
        assertThat(first.category()).isEqualTo("one");
        assertThat(first.questions()).isOne();
        assertThat(first.recallAt5()).isEqualTo(0.25);
        assertThat(first.recallAt10()).isEqualTo(0.5);
        assertThat(first.recallAt20()).isEqualTo(0.75);
        assertThat(first.reciprocalRank()).isEqualTo(0.5);
        double ideal = 1 + 1 / log2(3) + 1 / log2(4) + 1 / log2(5);
        assertThat(first.ndcgAt10()).isCloseTo((1 / log2(3) + 1 / log2(8)) / ideal, within(1e-12));
        RecallReport.Row all = report.row("words");
        assertThat(all.questions()).isEqualTo(2);
        assertThat(all.recallAt5()).isEqualTo((0.25 + 1) / 2);
        assertThat(all.reciprocalRank()).isEqualTo(0.75);
    }

    private static double log2(double value) {
        return Math.log(value) / Math.log(2);
    }

    @Test
    void theSecondSearchOfAQuestionIsTheOneTimed() {
        memory.add(Interaction.of("r", "kangaroo"));
        var readings = new AtomicLong();
        // the time between two readings grows by a millisecond with each search
        RecallReport report = byWords()
                .ticker(() -> {
                    long search = readings.get() / 2;
                    return readings.getAndIncrement() % 2 == 0 ? 0 : (search + 1) * 1_000_000;
                })
                .judge(
                        memory,
                        List.of(JudgedQuestion.of("kangaroo", List.of("r")), JudgedQuestion.of("word", List.of("r"))))
                .build();

        assertThat(report.row("words").p50Millis()).isEqualTo(3);
        assertThat(report.row("words").p95Millis()).isEqualTo(4);
    }

    @Test
    void waysAreComparedOverAllMemories() {
        AgentContext other = store.agent(AgentKey.of("t", "b"));
        memory.add(Interaction.of("q", "Where is the kangaroo?").session("s").position(0));
        memory.add(Interaction.of("a", "in the garden").session("s").position(1));
        other.add(Interaction.of("b", "the violin"));
        RecallReport report = RecallReport.builder()
                .profile(RetrievalProfile.CONVERSATION)
                .way(
                        "words alone",
                        query -> query.profile(RetrievalProfile.DOCUMENTS).weights(1, 0))
                .judge(memory, List.of(JudgedQuestion.of("kangaroo", List.of("a"))))
                .judge(other, List.of(JudgedQuestion.of("violin", List.of("b"))))
                .build();

        assertThat(report.row("conversation").recallAt5()).isEqualTo(1);
        assertThat(report.row("words alone").recallAt5()).isEqualTo(0.5);
        assertThat(report.rows()).hasSize(2);
    }

    @Test
    void noWordOfAQuestionIsTold() {
        memory.add(Interaction.of("r", "kangaroo"));
        var question = new JudgedQuestion("secret kangaroo", List.of("r"), "kind");
        String told = byWords().judge(memory, List.of(question)).build().toString();

        assertThat(told).contains("words", "kind", "recall@10", "1.000").doesNotContain("secret", "kangaroo");
        assertThat(question.toString()).doesNotContain("secret");
    }

    @Test
    void aReportOfNoQuestionsHasNoRows() {
        assertThat(byWords().judge(memory, List.of()).build().rows()).isEmpty();
        assertThat(byWords().build().toString()).contains("recall@10");
    }

    @Test
    void whatCannotBeComparedIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RecallReport.builder().judge(memory, List.of()))
                .withMessage("there must be a way to ask, was none");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> byWords().way("words", query -> query))
                .withMessage("each way must have a name of its own, had one twice");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> byWords().judge(memory, List.of()).way("late", query -> query));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> byWords().build().row("none"))
                .withMessage("the report must have the way asked for, had others");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JudgedQuestion.of("who?", List.of()))
                .withMessage("a judged question must have evidence, had none");
        assertThatIllegalArgumentException().isThrownBy(() -> JudgedQuestion.of(" ", List.of("r")));
    }
}
