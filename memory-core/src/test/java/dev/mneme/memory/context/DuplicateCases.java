package dev.mneme.memory.context;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What says again what a record says is kept, skipped or merged, as the store was told, and the add says which. */
abstract class DuplicateCases extends PruneCases {

    private static final Interaction FIRST = Interaction.of("first", "Payment of order 17 failed")
            .session("s")
            .speaker("Anna")
            .time(START);

    private void duplicates(Duplicates duplicates) {
        use(UpkeepSettings.of(duplicates));
    }

    private static Interaction again(String id) {
        return Interaction.of(id, "Payment of order 17 failed")
                .session("s")
                .speaker("Anna")
                .time(START.plusSeconds(60));
    }

    @Test
    void duplicatesAreKeptUnlessTheStoreIsToldOtherwise() {
        agent.add(FIRST);

        assertThat(agent.add(again("second"))).isEqualTo(Added.NEW);
        assertThat(agent.count()).isEqualTo(2);
    }

    @Test
    void aSkippedDuplicateLeavesTheRecordAsItIs() {
        duplicates(Duplicates.skip());
        agent.add(FIRST);
        restart();

        assertThat(agent.add(again("second").importance(1).pinned())).isEqualTo(Added.SKIPPED);
        assertThat(agent.find("first")).hasValue(FIRST);
        assertThat(agent.find("second")).isEmpty();
        assertThat(agent.count()).isOne();
        assertThat(store.stats().skipped()).isOne();
    }

    @Test
    void caseAndTheWidthOfSpaceMakeNoDifference() {
        duplicates(Duplicates.skip());
        agent.add(FIRST);

        assertThat(agent.add(Interaction.of("second", " payment OF order\t 17\nfailed ")
                        .session("s")
                        .speaker("Anna")))
                .isEqualTo(Added.SKIPPED);
    }

    @ParameterizedTest
    @CsvSource({
        "Payment of order 18 failed",
        "Payment of order 1 7 failed",
        "Payment of order 17 failed?",
        "Payment of order 17 not failed",
        "Paymentof order 17 failed"
    })
    void anyOtherTextIsNoDuplicate(String text) {
        duplicates(Duplicates.skip());
        agent.add(FIRST);

        assertThat(agent.add(Interaction.of("second", text).session("s").speaker("Anna")))
                .isEqualTo(Added.NEW);
    }

    @Test
    void anotherTypeSessionOrSpeakerIsNoDuplicate() {
        duplicates(Duplicates.skip());
        agent.add(FIRST);

        assertThat(agent.add(again("a").type("note"))).isEqualTo(Added.NEW);
        assertThat(agent.add(again("b").session("t"))).isEqualTo(Added.NEW);
        assertThat(agent.add(again("c").speaker("Boris"))).isEqualTo(Added.NEW);
        assertThat(agent.add(Interaction.of("d", FIRST.text()))).isEqualTo(Added.NEW);
        assertThat(agent.add(Interaction.of("e", FIRST.text()).speaker("Anna"))).isEqualTo(Added.NEW);
        assertThat(agent.add(Interaction.of("f", FIRST.text()).session("s"))).isEqualTo(Added.NEW);
        assertThat(agent.count()).isEqualTo(7);
    }

    @Test
    void aTurnAtAnotherPositionIsNoDuplicate() {
        duplicates(Duplicates.skip());
        agent.add(FIRST.position(4));

        assertThat(agent.add(again("later").position(9))).isEqualTo(Added.NEW);
        assertThat(agent.add(again("same").position(4))).isEqualTo(Added.SKIPPED);
        assertThat(agent.add(again("nowhere"))).isEqualTo(Added.SKIPPED);
    }

    @Test
    void theRecordWithItsOwnIdIsReplacedAsEver() {
        duplicates(Duplicates.skip());
        agent.add(FIRST);

        assertThat(agent.add(again("first"))).isEqualTo(Added.REPLACED);
        assertThat(agent.add(FIRST)).isEqualTo(Added.OLDER);
    }

    @Test
    void aMergedDuplicateGoesIntoTheRecordThatIsThere() {
        duplicates(Duplicates.merge());
        agent.add(FIRST.importance(0.3).success(false).meta("a", 1).meta("b", 1));
        settle(store);
        restart();

        assertThat(agent.add(again("second")
                        .importance(0.8)
                        .success(true)
                        .position(3)
                        .pinned()
                        .meta("b", 2)
                        .meta("c", 3)))
                .isEqualTo(Added.MERGED);
        Interaction expected = FIRST.time(START.plusSeconds(60))
                .importance(0.8)
                .success(true)
                .position(3)
                .pinned()
                .meta("a", 1)
                .meta("b", 2)
                .meta("c", 3);
        assertThat(agent.find("first")).hasValue(expected);
        assertThat(agent.find("second")).isEmpty();
        restart();
        assertThat(agent.find("first")).hasValue(expected);
        assertThat(idsByWords("payment")).containsExactly("first");
    }

    @Test
    void anOlderDuplicateBringsOnlyWhatTheRecordLacks() {
        duplicates(Duplicates.merge());
        Interaction there = FIRST.success(true).meta("a", 1);
        agent.add(there);

        assertThat(agent.add(again("second")
                        .time(START.minusSeconds(60))
                        .success(false)
                        .importance(0)
                        .meta("a", 2)
                        .meta("b", 2)))
                .isEqualTo(Added.MERGED);
        assertThat(agent.find("first")).hasValue(there.meta("b", 2));
    }

    @Test
    void whatIsMergedLastsAsLongAsTheLongerOfTheTwo() {
        duplicates(Duplicates.merge());
        agent.add(FIRST.ttl(Duration.ofMinutes(10)));
        agent.add(again("second").ttl(Duration.ofMinutes(5)));
        assertThat(agent.find("first").orElseThrow().ttl()).hasValue(Duration.ofMinutes(9));

        agent.add(again("third").time(START.plusSeconds(120)));
        assertThat(agent.find("first").orElseThrow().ttl()).isEmpty();
        clock.advance(Duration.ofDays(100));
        assertThat(agent.count()).isOne();
    }

    @Test
    void ownVectorsStayWithTheRecord() {
        duplicates(Duplicates.merge());
        Interaction there = FIRST.vector(HashingEmbedder.ofDimensions(64).embed("something else"));
        agent.add(there);
        settle(store);
        restart();
        agent.add(again("second"));

        assertThat(agent.find("first")).hasValue(there.time(START.plusSeconds(60)));
    }

    @Test
    void duplicatesWithinABatchAreFoundToo() {
        duplicates(Duplicates.skip());
        List<Interaction> batch = IntStream.range(0, 6)
                .mapToObj(i -> Interaction.of("id" + i, "text " + i % 2).time(START))
                .toList();

        assertThat(agent.addAll(batch)).isEqualTo(new Additions(2, 0, 0, 4, 0, 0, 0));
        duplicates(Duplicates.merge());
        assertThat(agent.addAll(batch)).isEqualTo(new Additions(2, 0, 0, 0, 4, 0, 0));
        assertThat(agent.count()).isEqualTo(2);
        assertThat(store.stats().merged()).isEqualTo(4);
    }

    @Test
    void whatARecordSaidBeforeItWasReplacedCountsNoLonger() {
        duplicates(Duplicates.skip());
        agent.add(FIRST);
        Interaction other = Interaction.of("first", "another text")
                .session("s")
                .speaker("Anna")
                .time(START.plusSeconds(1));

        assertThat(agent.addAll(List.of(other, again("second"), again("third"))))
                .isEqualTo(new Additions(1, 1, 0, 1, 0, 0, 0));
        agent.delete("second");
        assertThat(agent.add(again("fourth"))).isEqualTo(Added.NEW);
        agent.clear();
        assertThat(agent.add(again("fifth"))).isEqualTo(Added.NEW);
    }

    @Test
    void withoutASimilarityVectorsAreNotCompared() {
        duplicates(Duplicates.skip());
        float[] vector = HashingEmbedder.ofDimensions(64).embed("kangaroo");
        agent.add(Interaction.of("a", "one text").vector(vector));

        assertThat(agent.add(Interaction.of("b", "two text").vector(vector))).isEqualTo(Added.NEW);
        assertThat(agent.add(Interaction.of("c", "").vector(vector))).isEqualTo(Added.NEW);
        assertThat(agent.add(Interaction.of("d", "").vector(vector))).isEqualTo(Added.NEW);
    }

    @Test
    void withASimilarityNearVectorsAreDuplicatesInOnePlace() {
        use(
                UpkeepSettings.of(Duplicates.skip().similarity(0.95)),
                TableEmbedder.ofDimensions(2)
                        .word("east", 1, 0)
                        .word("easterly", 0.96f, 0.28f)
                        .word("north", 0, 1));
        agent.add(Interaction.of("a", "east").session("s"));
        restart();

        assertThat(agent.add(Interaction.of("b", "easterly").session("s"))).isEqualTo(Added.SKIPPED);
        assertThat(agent.add(Interaction.of("c", "north").session("s"))).isEqualTo(Added.NEW);
        assertThat(agent.add(Interaction.of("d", "easterly").session("t"))).isEqualTo(Added.NEW);
        assertThat(agent.add(Interaction.of("e", "unknown").session("s"))).isEqualTo(Added.NEW);
        assertThat(agent.add(Interaction.of("f", "unheard").session("s"))).isEqualTo(Added.NEW);
        assertThat(agent.addAll(List.of(
                        Interaction.of("g", "north").session("u"),
                        Interaction.of("h", "north north").session("u"))))
                .isEqualTo(new Additions(1, 0, 0, 1, 0, 0, 0));
    }

    @Test
    void ofSeveralTheNewestTakesTheDuplicateIn() {
        use(
                UpkeepSettings.of(Duplicates.merge().similarity(0.95)),
                TableEmbedder.ofDimensions(2)
                        .word("east", 1, 0)
                        .word("easterly", 0.96f, 0.28f)
                        .word("farther", 0.84f, 0.54f));
        agent.add(Interaction.of("old", "east").time(START));
        agent.add(Interaction.of("new", "farther").time(START.plusSeconds(1)));

        assertThat(agent.add(Interaction.of("x", "easterly").time(START.plusSeconds(2))))
                .isEqualTo(Added.MERGED);
        assertThat(agent.find("new").orElseThrow().time()).hasValue(START.plusSeconds(2));
        assertThat(agent.find("new").orElseThrow().text()).isEqualTo("farther");
    }

    @Test
    void aSkippedDuplicateNeverEvicts() {
        use(new UpkeepSettings(Limits.perAgent(2).lowWater(0.5), Duplicates.skip(), alert -> {}));
        agent.add(FIRST);
        agent.add(Interaction.of("other", "other"));

        assertThat(agent.add(again("second"))).isEqualTo(Added.SKIPPED);
        assertThat(agent.count()).isEqualTo(2);
    }
}
