package dev.mneme.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.examples.companion.DialogueFile;
import org.junit.jupiter.api.Test;

class RecallRunTest {

    @Test
    void onTheBundledSampleTheDefaultFindsMoreThanPlainBm25() throws Exception {
        double found = RecallRun.run(DialogueFile.bundled())
                .get(RecallRun.DEFAULT)
                .row(RecallRun.DEFAULT)
                .recallAt10();
        double plain = RecallRun.peer(DialogueFile.bundled());
        assertThat(found).isGreaterThan(plain);
        assertThat(plain).as("the peer works at all").isGreaterThan(0.2);
    }

    @Test
    void theDenseLegIsExact() throws Exception {
        assertThat(ExactnessRun.recall(2_000, 96)).isEqualTo(1.0);
    }
}
