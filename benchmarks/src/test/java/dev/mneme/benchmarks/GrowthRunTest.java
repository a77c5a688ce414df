package dev.mneme.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.lucene.DenseSearch;
import org.junit.jupiter.api.Test;

class GrowthRunTest {

    @Test
    void allPeersAnswerTheSameQuestions() throws Exception {
        var rows = GrowthRun.run(1_000, 32, true);
        assertThat(rows).hasSize(5).allSatisfy(row -> {
            assertThat(row).containsKeys("what", "vector");
            assertThat((double) row.getOrDefault("recall_at_10", 1.0))
                    .as("%s", row.get("what"))
                    .isGreaterThan(0.95);
        });
    }

    @Test
    void codesFindTheNearest() throws Exception {
        assertThat(ExactnessRun.recall(6_000, 96, DenseSearch.QUANTISED)).isGreaterThanOrEqualTo(0.98);
    }
}
