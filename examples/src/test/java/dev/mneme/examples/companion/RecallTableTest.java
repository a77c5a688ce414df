package dev.mneme.examples.companion;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RecallTableTest {

    @Test
    void columnsAreAlignedAndTheLastRowIsAll() {
        var question = new Question("what?", List.of("a", "b"), 1);
        var answer = new Answer(question, List.of("a"), 1_234_567);

        assertThat(RecallTable.lines(List.of(new Recall("a long name", 12_345, List.of(answer)))))
                .containsExactly(
                        "dialogue     turns  questions  recall@5  recall@10  recall@20  p50 ms  p95 ms",
                        "a long name  12345          1     0.500      0.500      0.500    1.23    1.23",
                        "ALL          12345          1     0.500      0.500      0.500    1.23    1.23");
    }

    @Test
    void aDialogueWithoutQuestionsHasDashesForFigures() {
        assertThat(RecallTable.lines(List.of(new Recall("talk", 3, List.of()))).get(1))
                .isEqualTo("talk          3          0         -          -          -       -       -");
    }
}
