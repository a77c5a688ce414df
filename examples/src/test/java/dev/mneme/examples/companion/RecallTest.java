package dev.mneme.examples.companion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.memory.context.ContextStore;
import dev.mneme.memory.context.HashingEmbedder;
import dev.mneme.memory.context.InMemoryContextStore;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RecallTest {

    @Test
    void recallIsTheMeanShareOfTheEvidenceAmongTheFirstHits() {
        var recall = new Recall(
                "talk",
                9,
                List.of(
                        answer(List.of("a", "b", "c"), List.of("a", "x", "b", "y", "z", "c")),
                        answer(List.of("q"), List.of("x", "y", "z", "u", "v", "w"))));

        assertThat(recall.at(1)).isEqualTo((1 / 3.0 + 0) / 2);
        assertThat(recall.at(5)).isEqualTo((2 / 3.0 + 0) / 2);
        assertThat(recall.at(20)).isEqualTo((1.0 + 0) / 2);
    }

    @Test
    void allWeighsQuestionsAndNotDialogues() {
        Answer found = answer(List.of("a"), List.of("a"));
        Answer missed = answer(List.of("a"), List.of("b"));

        Recall all = Recall.all(
                List.of(new Recall("one", 5, List.of(found)), new Recall("two", 7, List.of(missed, missed, missed))));

        assertThat(all.dialogue()).isEqualTo("ALL");
        assertThat(all.turns()).isEqualTo(12);
        assertThat(all.at(5)).isEqualTo(0.25);
    }

    @Test
    void evidenceThatNoTurnHasIsNeverFound() {
        assertThat(answer(List.of("D:11:26", "a"), List.of("a", "b")).recallAt(20))
                .isEqualTo(0.5);
    }

    @Test
    void percentilesAreOfTheNearestRank() {
        var recall = new Recall(
                "talk",
                1,
                IntStream.rangeClosed(1, 20)
                        .mapToObj(i -> new Answer(question(List.of("a")), List.of(), (21 - i) * 1_000_000L))
                        .toList());

        assertThat(recall.searchMillis(0.50)).isEqualTo(10);
        assertThat(recall.searchMillis(0.95)).isEqualTo(19);
        assertThat(recall.searchMillis(1)).isEqualTo(20);
    }

    @Test
    void withoutQuestionsThereAreNoFigures() {
        var recall = new Recall("talk", 3, List.of());

        assertThat(recall.at(5)).isNaN();
        assertThat(recall.searchMillis(0.5)).isNaN();
    }

    @Test
    void depthsAndSharesOutOfRangeAreRefused() {
        var recall = new Recall("talk", 3, List.of());

        assertThatThrownBy(() -> recall.at(21)).hasMessage("k must be from 1 to 20, was 21");
        assertThatThrownBy(() -> recall.at(0)).hasMessage("k must be from 1 to 20, was 0");
        assertThatThrownBy(() -> recall.searchMillis(0)).hasMessageStartingWith("share must be above 0");
    }

    @Test
    void sameHitsCountsAnswersWithTheSameHitsInTheSameOrder() {
        var before = new Recall("talk", 1, List.of(found("a", "b"), found("a", "b"), found("a", "b")));
        var after = new Recall("talk", 1, List.of(found("a", "b"), found("b", "a"), found("a")));

        assertThat(before.sameHits(after)).isEqualTo(1);
    }

    @Test
    void firstEvidenceIsThePlaceOfTheFirstHitThatIsEvidence() {
        assertThat(answer(List.of("c", "b"), List.of("a", "b", "c")).firstEvidence())
                .hasValue(2);
        assertThat(answer(List.of("z"), List.of("a", "b", "c")).firstEvidence()).isEmpty();
    }

    @Test
    void evaluatingAsksAMemoryTheJudgedQuestions() {
        var violin = turn(0, "The violin is sold");
        var garden = turn(1, "My garden has red tulips");
        var dialogue = new Dialogue(
                "talk",
                List.of(violin, garden),
                List.of(
                        new Question("who bought the violin", List.of(violin.id(), "D:none"), 4),
                        new Question("garden tulips", List.of(garden.id()), 5)));
        try (ContextStore store = InMemoryContextStore.create(HashingEmbedder.ofDimensions(64))) {
            store.agent(dialogue.agent()).addAll(dialogue.interactions());

            Recall recall = Recall.evaluate(store.agent(dialogue.agent()), dialogue);

            assertThat(recall.dialogue()).isEqualTo("talk");
            assertThat(recall.turns()).isEqualTo(2);
            assertThat(recall.answers()).hasSize(1);
            assertThat(recall.answers().get(0).found()).startsWith(violin.id());
            assertThat(recall.at(5)).isEqualTo(0.5, within(1e-9));
            assertThat(recall.searchMillis(0.5)).isPositive();
        }
    }

    private static Answer found(String... ids) {
        return answer(List.of("a"), List.of(ids));
    }

    private static Answer answer(List<String> evidence, List<String> found) {
        return new Answer(question(evidence), found, 1_000);
    }

    private static Question question(List<String> evidence) {
        return new Question("what was it?", evidence, 4);
    }

    private static Turn turn(int position, String text) {
        return new Turn(
                "D1:" + (position + 1),
                "session_1",
                position,
                "Ann",
                text,
                Instant.parse("2026-03-03T09:12:00Z").plusSeconds(position),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
