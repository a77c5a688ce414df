package dev.mneme.memory.context;

import static dev.mneme.memory.context.Fields.type;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was written is there at once, once, and as it was given. */
abstract class WritingCases extends StoreFixture {

    @Test
    void whatWasAddedIsFoundAtOnceByIdBySearchAndInTheCount() {
        assertThat(agent.add(Interaction.of("a", "payment failed").type("tool_call")))
                .isEqualTo(Added.NEW);

        assertThat(agent.find("a").orElseThrow().text()).isEqualTo("payment failed");
        assertThat(idsFor("payment")).containsExactly("a");
        assertThat(agent.count()).isOne();
        assertThat(agent.count(type().is("tool_call"))).isOne();
    }

    @Test
    void whatWasAddedIsStillThereAfterARestart() {
        agent.add(Interaction.of("a", "payment failed"));
        agent.addAll(List.of(Interaction.of("b", "payment retried"), Interaction.of("c", "payment done")));
        restart();

        assertThat(agent.find("a").orElseThrow().text()).isEqualTo("payment failed");
        assertThat(idsFor("payment")).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(agent.count()).isEqualTo(3);
    }

    @Test
    void aBatchIsFoundAtOnceAndCounted() {
        Additions additions =
                agent.addAll(List.of(Interaction.of("a", "first payment"), Interaction.of("b", "second payment")));

        assertThat(additions).isEqualTo(new Additions(2, 0, 0));
        assertThat(agent.find("b").orElseThrow().text()).isEqualTo("second payment");
        assertThat(idsFor("payment")).containsExactlyInAnyOrder("a", "b");
        assertThat(agent.count()).isEqualTo(2);
    }

    @Test
    void anEmptyBatchAddsNothingAndAsksNoEmbedder() {
        var embedder = new WatchedEmbedder();
        use(embedder);

        assertThat(agent.addAll(List.of())).isEqualTo(Additions.none());
        assertThat(agent.count()).isZero();
        assertThat(embedder.batches()).isZero();
    }

    @Test
    void aReplacedRecordIsFoundByItsNewWordsAndNoLongerByItsOldOnes() {
        agent.add(Interaction.of("a", "kangaroo").type("old"));
        restart();
        agent.add(Interaction.of("a", "platypus").type("new"));

        assertThat(idsByWords("platypus")).containsExactly("a");
        assertThat(idsByWords("kangaroo")).isEmpty();
        assertThat(agent.count(type().is("old"))).isZero();
        assertThat(agent.count(type().is("new"))).isOne();
        restart();
        assertThat(idsByWords("platypus")).containsExactly("a");
        assertThat(idsByWords("kangaroo")).isEmpty();
    }

    @Test
    void aReplacedRecordIsFoundByItsNewVectorAndNoLongerByItsOldOne() {
        use(TableEmbedder.ofDimensions(2).word("north", 0, 1).word("east", 1, 0));
        agent.add(Interaction.of("a", "north"));
        agent.add(Interaction.of("a", "east"));

        Hits hits = agent.search(ContextQuery.vector(new float[] {1, 0}).explain());

        assertThat(hits.ids()).containsExactly("a");
        assertThat(hits.list()
                        .get(0)
                        .explanation()
                        .orElseThrow()
                        .dense()
                        .orElseThrow()
                        .score())
                .isEqualTo(1);
        assertThat(agent.search(ContextQuery.vector(new float[] {0, 1}).minSimilarity(0.5)))
                .isEmpty();
    }

    @Test
    void whatWasDeletedIsGoneAtOnceAndAfterARestart() {
        agent.add(Interaction.of("a", "payment failed"));
        agent.add(Interaction.of("b", "payment done"));

        assertThat(agent.delete("a")).isTrue();
        for (int i = 0; i < 2; i++) {
            assertThat(agent.find("a")).isEmpty();
            assertThat(idsFor("payment failed")).containsExactly("b");
            assertThat(agent.count()).isOne();
            assertThat(agent.delete("a")).isFalse();
            restart();
        }
    }

    @Test
    void deletingWhatIsNotThereSaysSo() {
        assertThat(agent.delete("nobody")).isFalse();
        agent.add(Interaction.of("a", "text"));
        assertThat(agent.delete("A")).isFalse();
        assertThat(agent.count()).isOne();
    }

    @Test
    void aDeletedIdCanBeAddedAgainEvenWithAnOlderTime() {
        agent.add(Interaction.of("a", "late").time(START));
        agent.delete("a");

        assertThat(agent.add(Interaction.of("a", "early").time(START.minusSeconds(60))))
                .isEqualTo(Added.NEW);
        restart();
        assertThat(agent.find("a").orElseThrow().text()).isEqualTo("early");
    }

    @Test
    void aClearedMemoryIsEmptyAtOnceSaysHowMuchItHeldAndCanBeFilledAgain() {
        agent.addAll(List.of(Interaction.of("a", "payment"), Interaction.of("b", "payment")));

        assertThat(agent.clear()).isEqualTo(2);
        assertThat(agent.clear()).isZero();
        assertThat(agent.count()).isZero();
        assertThat(agent.find("a")).isEmpty();
        assertThat(idsFor("payment")).isEmpty();
        restart();
        assertThat(agent.count()).isZero();
        assertThat(agent.add(Interaction.of("a", "payment"))).isEqualTo(Added.NEW);
        assertThat(idsFor("payment")).containsExactly("a");
    }

    @Test
    void anIdAddedTwiceKeepsOneRecord() {
        agent.add(Interaction.of("a", "payment").time(START));
        restart();
        assertThat(agent.add(Interaction.of("a", "payment").time(START))).isEqualTo(Added.REPLACED);

        assertThat(agent.count()).isOne();
        assertThat(idsFor("payment")).containsExactly("a");
    }

    @Test
    void theNewerTimeWinsAndAnOlderOneNeverOverwrites() {
        agent.add(Interaction.of("a", "second").time(START));
        restart();

        assertThat(agent.add(Interaction.of("a", "first").time(START.minusMillis(1))))
                .isEqualTo(Added.OLDER);
        assertThat(agent.find("a").orElseThrow().text()).isEqualTo("second");
        assertThat(idsByWords("first")).isEmpty();
        assertThat(agent.add(Interaction.of("a", "third").time(START.plusMillis(1))))
                .isEqualTo(Added.REPLACED);
        restart();
        assertThat(agent.add(Interaction.of("a", "second").time(START))).isEqualTo(Added.OLDER);
        assertThat(agent.find("a").orElseThrow().text()).isEqualTo("third");
        assertThat(agent.count()).isOne();
    }

    @Test
    void ofTwoAsNewTheOneAddedLaterWins() {
        agent.add(Interaction.of("a", "one").time(START));
        assertThat(agent.add(Interaction.of("a", "two").time(START))).isEqualTo(Added.REPLACED);
        restart();

        assertThat(agent.find("a").orElseThrow().text()).isEqualTo("two");
    }

    @Test
    void withinOneBatchTooTheNewerWinsAndOfTwoAsNewTheLater() {
        Additions additions = agent.addAll(List.of(
                Interaction.of("a", "new").time(START),
                Interaction.of("a", "old").time(START.minusSeconds(1)),
                Interaction.of("b", "one").time(START),
                Interaction.of("b", "two").time(START),
                Interaction.of("c", "stamped first"),
                Interaction.of("c", "stamped second")));

        assertThat(additions).isEqualTo(new Additions(3, 2, 1));
        assertThat(additions.total()).isEqualTo(6);
        restart();
        assertThat(agent.count()).isEqualTo(3);
        assertThat(agent.find("a").orElseThrow().text()).isEqualTo("new");
        assertThat(agent.find("b").orElseThrow().text()).isEqualTo("two");
        assertThat(agent.find("c").orElseThrow().text()).isEqualTo("stamped second");
        assertThat(idsByWords("old")).isEmpty();
    }

    @Test
    void aBatchDoesNotOverwriteWhatIsNewer() {
        agent.add(Interaction.of("a", "new").time(START));
        restart();

        Additions additions = agent.addAll(List.of(
                Interaction.of("a", "old").time(START.minusSeconds(1)),
                Interaction.of("b", "fresh").time(START)));

        assertThat(additions).isEqualTo(new Additions(1, 0, 1));
        assertThat(agent.find("a").orElseThrow().text()).isEqualTo("new");
    }

    @Test
    void anInteractionWithoutATimeGetsTheMomentAtWhichItWasAdded() {
        agent.add(Interaction.of("a", "payment"));
        clock.advance(Duration.ofSeconds(5));
        agent.addAll(List.of(Interaction.of("b", "payment")));
        restart();

        assertThat(agent.find("a").orElseThrow().time()).hasValue(START);
        assertThat(agent.find("b").orElseThrow().time()).hasValue(START.plusSeconds(5));
        assertThat(agent.search(ContextQuery.text("payment")))
                .allSatisfy(hit -> assertThat(hit.interaction().time()).isPresent());
    }

    @Test
    void madeIdsDifferSoTheSameWordsMakeTwoRecords() {
        agent.add(Interaction.of("same words"));
        agent.add(Interaction.of("same words"));

        assertThat(agent.count()).isEqualTo(2);
        assertThat(idsFor("words")).doesNotHaveDuplicates().hasSize(2);
    }

    @Test
    void everyPartOfAnInteractionSurvives() {
        Interaction full = Interaction.of("order-17/attempt-2", "Оплата заказа 17 упала: ERR_CONN_42, retry helped")
                .type("tool_call")
                .session("session 9")
                .position(0)
                .speaker("Алёна")
                .success(false)
                .time(Instant.parse("2026-02-03T04:05:06.789Z"))
                .importance(0.1)
                .pinned()
                .ttl(Duration.ofDays(40_000).plusNanos(1))
                .vector(HashingEmbedder.ofDimensions(64).embed("anything"))
                .meta("tool", "payments")
                .meta("attempt", 2)
                .meta("cost", 0.1)
                .meta("cached", true)
                .meta("due", Instant.parse("2030-01-01T00:00:00.001Z"));
        agent.add(full);

        assertThat(agent.find(full.id())).hasValue(full);
        restart();
        assertThat(agent.find(full.id())).hasValue(full);
        assertThat(agent.search(ContextQuery.text("оплата")).list().get(0).interaction())
                .isEqualTo(full);
    }

    @Test
    void partsThatWereNotGivenStayAbsent() {
        agent.add(Interaction.of("a", "bare"));
        restart();

        Interaction found = agent.find("a").orElseThrow();
        assertThat(found).isEqualTo(Interaction.of("a", "bare").time(START));
        assertThat(found.vector()).isEmpty();
        assertThat(found.success()).isEmpty();
        assertThat(found.position()).isEmpty();
        assertThat(found.ttl()).isEmpty();
    }

    @Test
    void successIsKeptAsTrueFalseOrUnknown() {
        agent.add(Interaction.of("yes", "x").success(true));
        agent.add(Interaction.of("no", "x").success(false));
        agent.add(Interaction.of("unknown", "x"));
        restart();

        assertThat(agent.find("yes").orElseThrow().success()).hasValue(true);
        assertThat(agent.find("no").orElseThrow().success()).hasValue(false);
        assertThat(agent.find("unknown").orElseThrow().success()).isEmpty();
    }

    @Test
    void aVectorSurvivesBitForBitHoweverLongItIs() {
        use(TableEmbedder.ofDimensions(6));
        float[] vector = {0.1f, -0.0f, Float.MIN_VALUE, -3.4e38f, 1e-20f, 7};
        agent.add(Interaction.of("a", " ").vector(vector));
        restart();

        float[] found = agent.find("a").orElseThrow().vector().orElseThrow();
        for (int i = 0; i < vector.length; i++) {
            assertThat(Float.floatToRawIntBits(found[i])).isEqualTo(Float.floatToRawIntBits(vector[i]));
        }
        assertThat(agent.search(ContextQuery.vector(vector)).ids()).containsExactly("a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Съешь же ещё этих мягких французских булок, да выпей чаю",
                "smile 😀 family 👨‍👩‍👧 flag 🇷🇺",
                "line one\nline two\r\n\ttabbed \"quoted\" \\back\\ {brace} 'single'",
                "zero \u0000 and \u0001 control",
                "e\u0301 is not é, and ﬁ is not fi",
                "שלום مرحبا 你好 नमस्ते",
            })
    void aTextSurvivesToTheLastCharacter(String text) {
        agent.add(Interaction.of("a", text));
        restart();

        assertThat(agent.find("a").orElseThrow().text()).isEqualTo(text);
    }

    @Test
    void aTextOf64KiBSurvivesAndIsFoundByItsLastWord() {
        String text = "ж".repeat(10) + " " + "слово ".repeat(5_950) + "конец";
        text = text + " ".repeat(65_536 - text.getBytes(UTF_8).length);
        agent.add(Interaction.of("a", text));
        restart();

        assertThat(agent.find("a").orElseThrow().text()).isEqualTo(text);
        assertThat(idsByWords("конец")).containsExactly("a");
    }

    @Test
    void manyMetadataEntriesUnderAwkwardKeysSurvive() {
        Interaction full = Interaction.of("a", "x").time(START);
        for (String key :
                List.of("type", "id", "text", "meta.tool", "a.b", "a:b", "{k}", "%", "ключ", "😀", "_id", " x")) {
            full = full.meta(key, "value of " + key);
        }
        for (int i = full.meta().size(); i < Interaction.MAX_META; i++) {
            full = full.meta("k".repeat(Interaction.MAX_NAME_LENGTH - 2) + (10 + i), "v".repeat(100));
        }
        agent.add(full);
        restart();

        assertThat(agent.find("a")).hasValue(full);
    }

    @Test
    void numbersAndTimesInMetadataKeepTheirKindAndEveryDigit() {
        Interaction full = Interaction.of("a", "x")
                .time(START)
                .meta("least", Long.MIN_VALUE)
                .meta("most", Long.MAX_VALUE)
                .meta("odd", (1L << 53) + 1)
                .meta("whole", 5L)
                .meta("decimal", 5.0)
                .meta("tiny", Double.MIN_VALUE)
                .meta("huge", -Double.MAX_VALUE)
                .meta("third", 1 / 3.0)
                .meta("ancient", Instant.parse("-0044-03-15T09:00:00.001Z"))
                .meta("empty", "");
        agent.add(full);
        restart();

        Interaction found = agent.find("a").orElseThrow();
        assertThat(found).isEqualTo(full);
        assertThat(found.meta().get("whole")).isEqualTo(new MetaValue.Whole(5));
        assertThat(found.meta().get("decimal")).isEqualTo(new MetaValue.Decimal(5));
    }

    @Test
    void timesSurviveHoweverFarAway() {
        List<Instant> times = List.of(
                Instant.ofEpochMilli(Long.MIN_VALUE),
                Instant.ofEpochMilli(-1),
                Instant.EPOCH,
                Instant.ofEpochMilli(Long.MAX_VALUE));
        for (int i = 0; i < times.size(); i++) {
            agent.add(Interaction.of("t" + i, "x").time(times.get(i)));
        }
        restart();

        for (int i = 0; i < times.size(); i++) {
            assertThat(agent.find("t" + i).orElseThrow().time()).hasValue(times.get(i));
        }
        assertThat(idsFor("x")).hasSize(4);
    }

    @Test
    void idsThatLookAlikeAreDifferentRecords() {
        List<String> ids = List.of(
                "a",
                "A",
                "a ",
                " a",
                "а",
                "é",
                "e\u0301",
                "a/b",
                "a:b",
                "a%3Ab",
                "{a}",
                "*",
                "a*",
                "a\u0000b",
                "😀",
                "0",
                "00",
                "i".repeat(Interaction.MAX_ID_LENGTH),
                "i".repeat(Interaction.MAX_ID_LENGTH - 1),
                "ж".repeat(512));
        for (String id : ids) {
            assertThat(agent.add(Interaction.of(id, "text of <" + id + ">"))).isEqualTo(Added.NEW);
        }
        restart();

        assertThat(agent.count()).isEqualTo(ids.size());
        for (String id : ids) {
            assertThat(agent.find(id).map(Interaction::text)).hasValue("text of <" + id + ">");
        }
        assertThat(agent.delete("a")).isTrue();
        assertThat(idsFor("text")).containsExactlyInAnyOrderElementsOf(ids.subList(1, ids.size()));
    }

    @Test
    void tenThousandInOneBatchAreOneCallOfTheEmbedderAndAllAreFound() {
        var embedder = new WatchedEmbedder();
        use(embedder);
        var batch = new ArrayList<Interaction>();
        for (int i = 0; i < AgentContext.MAX_BATCH; i++) {
            batch.add(Interaction.of("id-" + i, "payment number " + i));
        }

        assertThat(agent.addAll(batch)).isEqualTo(new Additions(10_000, 0, 0));
        assertThat(embedder.batches()).isOne();
        assertThat(embedder.texts()).isEqualTo(10_000);
        restart();
        assertThat(agent.count()).isEqualTo(10_000);
        assertThat(agent.search(byWords("payment").limit(10_000)).ids())
                .containsExactlyInAnyOrderElementsOf(
                        batch.stream().map(Interaction::id).toList());
        assertThat(agent.find("id-9999")).isPresent();
    }

    @Test
    void theEmbedderIsAskedOnlyForWhatHasNoVector() {
        var embedder = new WatchedEmbedder();
        use(embedder);
        float[] vector = new float[WatchedEmbedder.DIMENSIONS];
        vector[3] = 2;
        agent.add(Interaction.of("a", "text").vector(vector));
        assertThat(embedder.batches()).isZero();
        agent.addAll(List.of(Interaction.of("b", "text").vector(vector), Interaction.of("c", "text")));

        assertThat(embedder.texts()).isOne();
    }

    @Test
    void aRecordWithAVectorNeedsNoWords() {
        use(TableEmbedder.ofDimensions(2));
        agent.add(Interaction.of("a", "").vector(new float[] {3, 4}));
        restart();

        Hits hits = agent.search(ContextQuery.vector(new float[] {3, 4}));
        assertThat(hits.ids()).containsExactly("a");
        assertThat(hits.list().get(0).text()).isEmpty();
    }

    @Test
    void findingWhatIsNotThereIsEmpty() {
        assertThat(agent.find("nobody")).isEqualTo(Optional.empty());
        assertThat(agent.count()).isZero();
        assertThat(agent.key()).isEqualTo(KEY);
    }
}
