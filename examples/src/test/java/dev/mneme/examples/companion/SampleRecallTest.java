package dev.mneme.examples.companion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.context.ContextStore;
import dev.mneme.memory.context.HashingEmbedder;
import dev.mneme.memory.context.JudgedQuestion;
import dev.mneme.memory.context.RecallReport;
import dev.mneme.memory.context.RetrievalProfile;
import dev.mneme.memory.lucene.LuceneContextStore;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much the default profile finds of the bundled sample, and that it falls no lower. */
class SampleRecallTest {

    private static final double FLOOR = 0.70;

    @Test
    void theDefaultFindsAtLeastAsMuchAsEachLegAloneAndNoLessThanTheFloor(@TempDir Path folder) {
        DialogueFile file = DialogueFile.bundled();
        RecallReport.Builder builder = RecallReport.builder()
                .way("default", query -> query)
                .way("words", query -> query.weights(1, 0))
                .way("vectors", query -> query.weights(0, 1))
                .profile(RetrievalProfile.DOCUMENTS);
        try (ContextStore store = LuceneContextStore.open(folder, HashingEmbedder.ofDimensions(384))) {
            for (Dialogue dialogue : file.dialogues()) {
                store.agent(dialogue.agent()).addAll(dialogue.interactions());
                builder.judge(store.agent(dialogue.agent()), judged(dialogue));
            }
        }
        RecallReport report = builder.build();
        double recall = report.row("default").recallAt10();

        assertThat(recall).as("%s", report).isGreaterThanOrEqualTo(FLOOR);
        assertThat(recall).isGreaterThanOrEqualTo(report.row("words").recallAt10());
        assertThat(recall).isGreaterThanOrEqualTo(report.row("vectors").recallAt10());
        assertThat(recall).isGreaterThan(report.row("documents").recallAt10() + 0.1);
    }

    @Test
    void theSampleIsOfBothLanguagesAlike() {
        List<JudgedQuestion> questions = DialogueFile.bundled().dialogues().stream()
                .flatMap(dialogue -> judged(dialogue).stream())
                .toList();

        assertThat(DialogueFile.bundled().turns()).isEqualTo(150);
        assertThat(questions).hasSize(100);
        assertThat(questions.stream().filter(question -> question.text().matches("(?s).*[а-яА-Я].*")))
                .hasSize(50);
    }

    private static List<JudgedQuestion> judged(Dialogue dialogue) {
        return dialogue.judged().stream()
                .map(question -> JudgedQuestion.of(question.text(), question.evidence()))
                .toList();
    }
}
