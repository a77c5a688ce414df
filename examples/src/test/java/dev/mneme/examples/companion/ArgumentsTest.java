package dev.mneme.examples.companion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsTest {

    @Test
    void noArgumentsMeanTheTourOfTheSample() {
        assertThat(Arguments.parse())
                .isEqualTo(new Arguments(Optional.empty(), Optional.empty(), Optional.empty(), false, false));
    }

    @Test
    void fileAndQuestionMayComeInAnyOrder() {
        var expected =
                new Arguments(Optional.of(Path.of("my talk.json")), Optional.of("who?"), Optional.empty(), true, false);

        assertThat(Arguments.parse("--plain", "my talk.json", "--ask", "who?")).isEqualTo(expected);
        assertThat(Arguments.parse("--ask", "who?", "my talk.json", "--plain")).isEqualTo(expected);
    }

    @Test
    void whatFollowsAskIsTheQuestionEvenIfItLooksLikeAnOption() {
        assertThat(Arguments.parse("--ask", "--help").question()).hasValue("--help");
    }

    @Test
    void theFileToJudgeByIsWhatFollowsJudge() {
        assertThat(Arguments.parse("--judge", "mine.jsonl").judged()).hasValue(Path.of("mine.jsonl"));
    }

    @Test
    void helpIsAskedForByItsLongAndItsShortName() {
        assertThat(Arguments.parse("--help").help()).isTrue();
        assertThat(Arguments.parse("-h").help()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "--verbose          | there is no option --verbose",
                "-                  | there is no option -",
                "--ask              | --ask needs a question after it",
                "`--ask, `          | a question must have 1 to 65536 characters, had 0",
                "--ask,a,--ask,b    | only one question can be given",
                "--judge            | --judge needs a file after it",
                "--judge,a,--judge,b | only one file to judge by can be given",
                "--judge,a,--ask,b  | --judge goes alone",
                "--judge,a,b        | --judge goes alone",
                "a.json,b.json      | only one file can be given",
                "` `                | the name of the file is empty"
            })
    void wrongArgumentsAreRefusedInOneLine(String args, String message) {
        String[] given = args.isBlank() ? new String[] {""} : args.split("\\s*,\\s*", -1);

        assertThatThrownBy(() -> Arguments.parse(given))
                .isInstanceOf(BadInputException.class)
                .hasMessage(message + " (see ./quickstart --help)");
    }
}
