package dev.mneme.examples.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.bus.PlanResult;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportExampleTest {

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    @Test
    void twoOfThreeSourcesAreEnoughAndWhatWasApprovedIsPublished() {
        PlanResult result = run(Editor.sayingYes(out));
        assertThat(result.completed())
                .containsExactly("research-tides", "research-winds", "draft", "review", "publish");
        assertThat(result.failed()).containsOnlyKeys("research-unicorns");
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("draft: writer, given research-tides, research-winds, research-unicorns (at least 2)")
                .contains("searching 50 %")
                .contains("writing 100 %")
                .contains("failed (")
                .contains("Publish? [y/n] y (nobody is at the terminal)")
                .contains("published: https://news.example/");
    }

    @Test
    void whatTheEditorDoesNotWantIsNotPublished() {
        List<String> asked = new ArrayList<>();
        PlanResult result = run((question, details) -> {
            asked.add(question + " " + details);
            return false;
        });
        assertThat(asked).containsExactly("Publish? What is known of tides. What is known of winds.");
        assertThat(result.skipped().get("publish")).containsExactly("review");
        assertThat(printed.toString(StandardCharsets.UTF_8)).doesNotContain("published:");
    }

    private PlanResult run(Editor editor) {
        try (var example = new ReportExample(out, editor, Duration.ofMillis(2))) {
            return example.run();
        }
    }
}
