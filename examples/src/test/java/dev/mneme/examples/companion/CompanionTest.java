package dev.mneme.examples.companion;

import static dev.mneme.examples.companion.Conversations.TWO_SESSIONS;
import static dev.mneme.examples.companion.Conversations.write;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompanionTest {

    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void theSampleIsRememberedFoundAgainAndKeptOverARestart() {
        assertThat(run("--plain")).isZero();

        assertThat(err.toString(UTF_8)).isEmpty();
        assertThat(table()).last().asString().startsWith("ALL ");
        assertThat(table()).last().asString().matches("ALL +150 +100 +0\\.[3-9].*");
        assertThat(output())
                .contains("150 turns new, 0 known from before")
                .contains("ok      every turn is there: 150 before, 150 after")
                .contains("ok      the questions find the same turns: 100 of 100")
                .contains("ok      adding all again adds nothing: 0 new")
                .contains("<- evidence")
                .doesNotContain("FAILED", "\u001B", "\r");
    }

    @Test
    void aSecondRunKnowsAllFromBefore() {
        run("--plain");
        out.reset();

        assertThat(run("--plain")).isZero();

        assertThat(output()).contains("0 turns new, 150 known from before");
    }

    @Test
    void aFileOfOnesOwnGetsAMemoryOfItsOwn() {
        Path file = write(folder, "my talk.json", TWO_SESSIONS);

        assertThat(run("--plain", file.toString())).isZero();

        assertThat(table()).hasSize(3).last().asString().matches("ALL +3 +2 .*");
        assertThat(data())
                .isDirectoryContaining(path -> path.getFileName().toString().startsWith("my talk-"));
    }

    @Test
    void conversationsWithoutQuestionsAreRememberedToo() {
        Path file = write(folder, "talk.json", TWO_SESSIONS.replace("\"qa\"", "\"notes\""));

        assertThat(run("--plain", file.toString())).isZero();

        assertThat(table()).last().asString().matches("ALL +3 +0( +-){5}");
    }

    @Test
    void aQuestionIsAnsweredWithScoresAndReasons() {
        assertThat(run("--plain", "--ask", "ошибка ERR_CONN_42")).isZero();

        assertThat(output())
                .contains("From the memory of sample")
                .contains("D1:4  3 Mar 2026, 09:12  Mneme, tool_call, failed")
                .contains("why: text #1")
                .doesNotContain("recall@5");
    }

    @Test
    void aQuestionFindsWhatAnEarlierRunRemembered() {
        run("--plain");
        out.reset();

        assertThat(run("--plain", "--ask", "ошибка ERR_CONN_42")).isZero();

        assertThat(output()).contains("D1:4").doesNotContain("Remembering");
    }

    @Test
    void aMemoryIsJudgedByRecordsAndQuestionsOfOnesOwn() {
        Path file = write(folder, "mine.jsonl", """
                {"id": "1", "text": "Where is the violin?", "session": "s", "speaker": "Ann", "position": 0}
                {"id": "2", "text": "I sold it", "session": "s", "speaker": "Bob", "position": 1}

                {"question": "violin", "evidence": ["2"], "category": "talk"}
                {"id": "1", "text": "the garden", "memory": "other", "time": "2026-03-03T09:12:00Z"}
                {"question": "garden", "evidence": ["1", "none"], "memory": "other"}
                """);

        assertThat(run("--plain", "--judge", file.toString())).isZero();

        assertThat(output().lines().map(line -> line.strip().replaceAll(" +", " ")))
                .anyMatch(line -> line.startsWith("conversation 2 0.750 0.750"))
                .anyMatch(line -> line.startsWith("talk 1 1.000 1.000"))
                .anyMatch(line -> line.startsWith("words alone 2 0.750"))
                .anyMatch(line -> line.startsWith("documents 2 "));
        assertThat(output()).doesNotContain("violin", "garden");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{                                                  | line 1 is no JSON",
                "[]                                                 | line 1: must be an object",
                "{\"id\": \"1\"}                                     | line 1: text must be a text",
                "{\"id\": \"1\", \"text\": \"\"}                       | must have at least one question",
                "{\"question\": \"x\", \"evidence\": []}             | line 1: a judged question must have evidence, had none",
                "{\"question\": \"x\"}                              | line 1: evidence must be a list",
                "{\"id\": \"1\", \"text\": \"x\", \"time\": \"noon\"}    | line 1: time must be such as '2026-03-03T09:12:00Z'",
                "{\"id\": \" \", \"text\": \"x\"}                      | line 1: id must not be blank, was blank",
            })
    void aLineThatCannotBeJudgedByIsToldWithItsPlace(String line, String message) {
        assertThat(run("--plain", "--judge", write(folder, "mine.jsonl", line).toString()))
                .isEqualTo(2);

        assertThat(err.toString(UTF_8)).startsWith("quickstart: mine.jsonl").contains(message);
    }

    @Test
    void helpExplainsTheArguments() {
        assertThat(run("--help")).isZero();

        assertThat(output()).isEqualTo(Arguments.HELP);
    }

    @Test
    void theLayoutThatHelpShowsCanBeRead() {
        String shown = Arguments.HELP.substring(Arguments.HELP.indexOf("[{"), Arguments.HELP.indexOf("}]}]") + 4);

        assertThat(run("--plain", write(folder, "shown.json", shown).toString()))
                .isZero();

        assertThat(table()).last().asString().matches("ALL +1 +1 +1\\.000 .*");
    }

    @Test
    void badInputIsToldInOneLineAndLeavesNothingBehind() {
        Path file = write(folder, "talk.json", "{}");

        assertThat(run("--plain", file.toString())).isEqualTo(2);
        assertThat(run("--plain", "--nonsense")).isEqualTo(2);

        assertThat(err.toString(UTF_8).lines())
                .containsExactly(
                        "quickstart: talk.json: must be a list of dialogues",
                        "quickstart: there is no option --nonsense (see ./quickstart --help)");
        assertThat(output()).isEmpty();
        assertThat(data()).doesNotExist();
    }

    @Test
    void aStoreThatCannotBeOpenedIsToldInOneLine() throws Exception {
        Files.writeString(data(), "in the way");

        assertThat(run("--plain")).isEqualTo(1);

        assertThat(err.toString(UTF_8).lines()).hasSize(1).first().asString().startsWith("quickstart: ");
    }

    private int run(String... args) {
        return Companion.run(data(), new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), args);
    }

    private Path data() {
        return folder.resolve("data");
    }

    private String output() {
        return out.toString(UTF_8);
    }

    /** The lines of the table, from its head to its end. */
    private List<String> table() {
        return output().lines()
                .dropWhile(line -> !line.startsWith("  dialogue "))
                .takeWhile(line -> !line.startsWith("  Found by"))
                .map(String::strip)
                .toList();
    }
}
