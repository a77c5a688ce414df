package dev.mneme.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.examples.companion.DialogueFile;
import org.junit.jupiter.api.Test;

class RecallRunTest {

    @Test
    void onTheBundledSampleTheDefaultFindsMoreThanPlainBm25() throws Exception {
        var rows = RecallRun.run(DialogueFile.bundled());
        double plain = rows.get("Lucene 9.12 BM25, EnglishAnalyzer").get("@10");
        assertThat(rows.get("default (hashing embedder, 384)").get("@10")).isGreaterThan(plain);
        assertThat(plain).as("the peer works at all").isGreaterThan(0.2);
    }

    @Test
    void theDenseLegIsExact() throws Exception {
        assertThat(ExactnessRun.recall(2_000, 96)).isEqualTo(1.0);
    }
}
