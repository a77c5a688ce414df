package dev.mneme.examples.companion;

import static dev.mneme.examples.companion.Conversations.TWO_SESSIONS;
import static dev.mneme.examples.companion.Conversations.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.MetaValue;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DialogueFileTest {

    @TempDir
    Path folder;

    @Test
    void theBundledSampleHasThreeDialoguesOfSeveralSessions() {
        DialogueFile sample = DialogueFile.bundled();

        assertThat(sample.turns()).isEqualTo(150);
        assertThat(sample.judged()).isEqualTo(100);
        assertThat(sample.dialogues())
                .hasSize(3)
                .allSatisfy(dialogue -> assertThat(dialogue.turns().stream()
                                .map(Turn::session)
                                .distinct()
                                .count())
                        .isGreaterThanOrEqualTo(5));
    }

    @Test
    void allEvidenceOfTheBundledSampleExists() {
        assertThat(DialogueFile.bundled().dialogues()).allSatisfy(sample -> {
            var ids = new HashSet<>(sample.turns().stream().map(Turn::id).toList());
            assertThat(sample.judged()).allSatisfy(question -> assertThat(ids).containsAll(question.evidence()));
        });
    }

    @Test
    void turnsComeInTheOrderOfTheirSessionsNumbers() {
        assertThat(talk().turns()).extracting(Turn::id).containsExactly("D2:1", "D2:2", "D10:1");
    }

    @Test
    void aTurnsTimeIsItsSessionsTimePlusASecondForEachTurnBeforeIt() {
        assertThat(talk().turns())
                .extracting(Turn::time)
                .containsExactly(
                        Instant.parse("2023-05-08T13:56:00Z"),
                        Instant.parse("2023-05-08T13:56:01Z"),
                        Instant.parse("2023-06-01T00:09:00Z"));
    }

    @Test
    void theCaptionOfAPictureFollowsTheText() {
        assertThat(talk().turns().get(0).text()).isEqualTo("Look at my garden [a photo of red tulips]");
    }

    @Test
    void aTurnIsRememberedWithAllItsParts() {
        Interaction remembered = talk().turns().get(1).interaction();

        assertThat(remembered)
                .isEqualTo(Interaction.of("D2:2", "charge failed")
                        .speaker("Bob")
                        .session("session_2")
                        .position(1)
                        .time(Instant.parse("2023-05-08T13:56:01Z"))
                        .type("tool_call")
                        .success(false)
                        .meta("tool", MetaValue.of("payments")));
    }

    @Test
    void evidenceNamesEachTurnOnceAndKeepsOddIds() {
        assertThat(talk().questions())
                .extracting(Question::evidence)
                .containsExactly(
                        List.of("D2:1"), List.of("D2:1", "D2:2", "D:11:26", "D10:1"), List.of("D2:1"), List.of());
    }

    @Test
    void anIdThatLooksLikeTwoIsKeptWholeWhenATurnHasIt() {
        String json =
                TWO_SESSIONS.replace("\"D10:1\"", "\"order-17/attempt 2\"").replace("D10:1;D2:2", "order-17/attempt 2");

        assertThat(read(json).questions().get(1).evidence()).endsWith("order-17/attempt 2");
    }

    @Test
    void onlyQuestionsWithAnAnswerAndEvidenceAreJudged() {
        assertThat(talk().judged()).extracting(Question::text).containsExactly("Which flowers?", "What else?");
    }

    @Test
    void conversationsWithoutQuestionsAreWelcome() {
        assertThat(read(TWO_SESSIONS.replace("\"qa\"", "\"notes\"")).questions())
                .isEmpty();
    }

    @Test
    void theNameChangesWithTheContent() {
        String first = DialogueFile.read(write(folder, "my talk.v1.json", TWO_SESSIONS))
                .name();
        String second = DialogueFile.read(write(folder, "my talk.v1.json", TWO_SESSIONS + " "))
                .name();

        assertThat(first).matches("my talk\\.v1-[0-9a-f]{8}").isNotEqualTo(second);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"sample_id\"         | \"id\"       | dialogue 1: sample_id must be a text",
                "\"conversation\"      | \"talk\"     | dialogue 1: conversation must be an object",
                "\"session_            | \"sitting_   | the conversation must have a session_1",
                "\"session_2_date_time\" | \"when\"   | dialogue 1: session_2_date_time must be a text",
                "1:56 pm on 8 May      | 8 May        | session_2_date_time must be a time such as '1:56 pm on 8 May, 2023'",
                "1:56 pm               | 13:56 pm     | session_2_date_time must be a time",
                "\"session_10\": [     | \"session_10\": 4, \"x\": [ | dialogue 1: session_10 must be a list",
                "{\"speaker\": \"Bob\" | 5, {\"speaker\": \"Bob\" | session_2, turn 2: dia_id must be a text",
                "\"D2:2\"              | \"D2:1\"     | dia_id must be unique, stands twice in session_2",
                "\"D2:2\"              | \"\"         | session_2, turn 2: id must not be blank",
                "\"Bob\", \"dia_id\"   | 7, \"dia_id\" | session_2, turn 2: speaker must be a text",
                "charge failed         | ` `          | session_2, turn 2: text must not be blank",
                "false                 | \"no\"       | session_2, turn 2: success must be true or false",
                "\"category\": 5       | \"category\": \"5\" | question 3: category must be a whole number from 1 to 5",
                "\"category\": 5       | \"category\": 6 | question 3: category must be a whole number from 1 to 5",
                "Which flowers?        | ` `          | question 1: the text of a query must not be blank",
                "[\"D2:1\", \"D2:1\"]  | [17]         | question 1, evidence 1: must be the dia_id of a turn",
                "[\"D2:1\", \"D2:1\"]  | \"D2:1\"     | question 1: evidence must be a list"
            })
    void aFileWithAnotherLayoutIsRefusedSayingWhatAndWhere(String part, String wrong, String message) {
        assertThat(TWO_SESSIONS).contains(part);

        assertThatThrownBy(() -> read(TWO_SESSIONS.replace(part, wrong)))
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith("talk.json")
                .hasMessageContaining(message)
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``                  | must be a list of dialogues",
                "{\"sample_id\": 1}  | must be a list of dialogues",
                "[]                  | must have at least one dialogue",
                "[5]                 | dialogue 1: sample_id must be a text",
                "secret words        | is no JSON (line 1, column",
                "[{\"sample_id\":    | is no JSON (line 1, column",
                "[] []               | is no JSON (line 1, column"
            })
    void whatIsNoListOfDialoguesIsRefused(String content, String message) {
        assertThatThrownBy(() -> read(content))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(message)
                .hasMessageNotContaining("secret");
    }

    @Test
    void twoDialoguesWithOneIdAreRefused() {
        String item = TWO_SESSIONS.strip().substring(1, TWO_SESSIONS.strip().length() - 1);

        assertThatThrownBy(() -> read("[" + item + "," + item + "]"))
                .isInstanceOf(BadInputException.class)
                .hasMessage("talk.json, dialogue 2: sample_id must be unique in the file");
    }

    @Test
    void aTextOverTheLimitOfAMemoryIsRefused() {
        assertThatThrownBy(() -> read(TWO_SESSIONS.replace("charge failed", "ж".repeat(32_769))))
                .isInstanceOf(BadInputException.class)
                .hasMessage("talk.json, dialogue 1, session_2, turn 2: text must have at most 65536 bytes, had 65538");
    }

    @Test
    void aMissingFileAndAFolderAreRefused() {
        assertThatThrownBy(() -> DialogueFile.read(folder.resolve("none.json")))
                .isInstanceOf(BadInputException.class)
                .hasMessage("there is no file '" + folder.resolve("none.json") + "'");
        assertThatThrownBy(() -> DialogueFile.read(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessage("'" + folder + "' is not a file");
    }

    private Dialogue talk() {
        return read(TWO_SESSIONS);
    }

    private Dialogue read(String json) {
        return DialogueFile.read(write(folder, "talk.json", json)).dialogues().get(0);
    }
}
