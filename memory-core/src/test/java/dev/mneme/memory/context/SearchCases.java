package dev.mneme.memory.context;

import static dev.mneme.memory.context.Fields.type;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a question finds, by its words and by its vector. */
abstract class SearchCases extends TimeToLiveCases {

    /** A compass of two dimensions: all other words have no vector. */
    static final TableEmbedder COMPASS = TableEmbedder.ofDimensions(2)
            .word("north", 0, 1)
            .word("east", 1, 0)
            .word("northeast", 1, 1)
            .word("south", 0, -1);

    @Test
    void whatOnlyTheWordsFindIsAHit() {
        use(COMPASS);
        agent.add(Interaction.of("words", "kangaroo"));
        agent.add(Interaction.of("vector", "north"));

        Hits hits = agent.search(ContextQuery.text("kangaroo north east").explain());

        assertThat(hits.ids()).contains("words");
        Explanation why = explanation(hits, "words");
        assertThat(why.text()).isPresent();
        assertThat(why.dense()).isEmpty();
    }

    @Test
    void whatOnlyTheVectorFindsIsAHit() {
        use(COMPASS);
        agent.add(Interaction.of("vector", "northeast"));
        agent.add(Interaction.of("words", "kangaroo"));

        Hits hits = agent.search(ContextQuery.text("kangaroo north").explain());

        assertThat(hits.ids()).containsExactlyInAnyOrder("words", "vector");
        assertThat(explanation(hits, "vector").text()).isEmpty();
        assertThat(explanation(hits, "vector").dense().orElseThrow().score()).isCloseTo(Math.sqrt(0.5), within(1e-6));
    }

    @Test
    void whatBothLegsFindComesBeforeWhatOneFinds() {
        use(COMPASS);
        agent.add(Interaction.of("words", "kangaroo kangaroo"));
        agent.add(Interaction.of("vector", "east"));
        agent.add(Interaction.of("both", "a kangaroo in the northeast and a word or two besides"));

        Hits hits = agent.search(
                ContextQuery.text("kangaroo").near(new float[] {1, 0}).explain());
        assertThat(hits.ids()).first().isEqualTo("both");
        assertThat(explanation(hits, "both").text().orElseThrow().rank()).isEqualTo(2);
        assertThat(explanation(hits, "both").dense().orElseThrow().rank()).isEqualTo(2);
    }

    @Test
    void aRecordWithNothingToEmbedIsFoundByItsWordsAlone() {
        use(COMPASS);
        agent.add(Interaction.of("a", "kangaroo"));

        assertThat(agent.search(ContextQuery.vector(new float[] {0, 1}))).isEmpty();
        assertThat(idsFor("kangaroo")).containsExactly("a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ERR_CONN_42", "err_conn_42", "conn", "ERR", "42", "(ERR_CONN_42)", "see ERR_CONN_42."})
    void anIdentifierIsFoundAsAWholeAndByItsParts(String question) {
        agent.add(Interaction.of("a", "login ended with ERR_CONN_42 again"));
        agent.add(Interaction.of("b", "login went well"));
        restart();

        assertThat(idsByWords(question)).containsExactly("a");
    }

    @Test
    void anIdentifierComesBeforeItsNeighbours() {
        agent.add(Interaction.of("18", "order-18 was paid"));
        agent.add(Interaction.of("17", "order-17 was paid"));
        agent.add(Interaction.of("parts", "order 17 was paid").time(START.plusSeconds(1)));

        assertThat(idsByWords("order-17")).containsExactly("17", "parts", "18");
        assertThat(idsByWords("17")).containsExactlyInAnyOrder("17", "parts");
    }

    @ParameterizedTest
    @CsvSource({
        "ошибка оплаты, ошибки",
        "ошибки оплаты, ОШИБКА",
        "оплата прошла, оплату",
        "позвонил клиентам, клиент",
        "нарядили ёлку, елка",
        "нарядили елку, Ёлка",
        "the payment failed, payments",
        "retrying connections, connection retry",
        "ПЛАТЁЖ отклонён, платеж",
    })
    void aWordIsFoundInItsOtherForms(String text, String question) {
        agent.add(Interaction.of("a", text));
        agent.add(Interaction.of("b", "совсем иное, unrelated"));
        restart();

        assertThat(idsByWords(question)).containsExactly("a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"и не на", "the of and", "what was it?", "!?", "😀"})
    void aQuestionWithoutTellingWordsFindsNothingByWords(String question) {
        agent.add(Interaction.of("a", "и не на столе, the end of it, what was it?! 😀"));

        assertThat(idsFor(question)).isEmpty();
    }

    @Test
    void aQuestionWithoutTellingWordsIsAnsweredByItsVector() {
        use(COMPASS.word("the", 0, 1));
        agent.add(Interaction.of("a", "north"));
        agent.add(Interaction.of("b", "south"));

        assertThat(idsFor("the")).containsExactly("a", "b");
        assertThat(agent.search(ContextQuery.text("of").near(new float[] {0, -1}))
                        .ids())
                .containsExactly("b", "a");
    }

    @Test
    void theSpeakersNameIsSearchedWithTheText() {
        agent.add(Interaction.of("a", "I will be late").speaker("Caroline"));
        agent.add(Interaction.of("b", "I will be early").speaker("Melanie"));
        agent.add(Interaction.of("c", "")
                .speaker("Caroline")
                .vector(HashingEmbedder.ofDimensions(64).embed("x")));
        restart();

        assertThat(idsByWords("Caroline")).containsExactlyInAnyOrder("a", "c");
        assertThat(idsByWords("what did Melanie say")).containsExactly("b");
    }

    @Test
    void metadataSessionAndTypeAreNotSearchedByWords() {
        agent.add(Interaction.of("kangaroo", "text")
                .type("kangaroo")
                .session("kangaroo")
                .meta("kangaroo", "kangaroo"));

        assertThat(idsByWords("kangaroo")).isEmpty();
    }

    @Test
    void weightZeroSwitchesTheDenseLegOffAndAsksNoEmbedder() {
        var embedder = new WatchedEmbedder();
        use(embedder);
        agent.add(Interaction.of("a", "payment"));
        agent.add(Interaction.of("b", "paymint"));
        int asked = embedder.batches();

        Hits hits = agent.search(ContextQuery.text("payment").weights(2, 0).explain());

        assertThat(hits.ids()).containsExactly("a");
        assertThat(explanation(hits, "a").dense()).isEmpty();
        assertThat(hits.list().get(0).score()).isEqualTo(1);
        assertThat(embedder.batches()).isEqualTo(asked);
    }

    @Test
    void weightZeroSwitchesTheTextLegOff() {
        use(COMPASS);
        agent.add(Interaction.of("words", "kangaroo"));
        agent.add(Interaction.of("vector", "north"));

        Hits hits =
                agent.search(ContextQuery.text("kangaroo north").weights(0, 3).explain());

        assertThat(hits.ids()).containsExactly("vector");
        assertThat(explanation(hits, "vector").text()).isEmpty();
        assertThat(hits.list().get(0).score()).isEqualTo(1);
    }

    @Test
    void aQuestionByVectorAloneHasNoTextLegAndItsBestScoresOne() {
        var embedder = new WatchedEmbedder();
        use(embedder);
        agent.add(Interaction.of("a", "payment"));
        int asked = embedder.batches();

        Hits hits = agent.search(
                ContextQuery.vector(HashingEmbedder.ofDimensions(64).embed("payment"))
                        .explain());

        assertThat(hits.ids()).containsExactly("a");
        assertThat(hits.list().get(0).score()).isEqualTo(1);
        assertThat(explanation(hits, "a").text()).isEmpty();
        assertThat(embedder.batches()).isEqualTo(asked);
    }

    @Test
    void aReadyMadeVectorTakesThePlaceOfTheEmbedders() {
        use(COMPASS);
        agent.add(Interaction.of("north", "north"));
        agent.add(Interaction.of("south", "south"));

        assertThat(agent.search(ContextQuery.text("north")
                                .near(new float[] {0, -9})
                                .weights(0, 1))
                        .ids())
                .containsExactly("south", "north");
    }

    @Test
    void anIdenticalTextHasTheHighestSimilarityThereIs() {
        for (int i = 0; i < 100; i++) {
            String text = "the same words, number " + i * 7919;
            agent.add(Interaction.of("r" + i, text));
            Hits hits = agent.search(
                    ContextQuery.text(text).weights(0, 1).minSimilarity(1).explain());
            assertThat(hits.ids()).as(text).contains("r" + i);
            assertThat(hits.list()
                            .get(0)
                            .explanation()
                            .orElseThrow()
                            .dense()
                            .orElseThrow()
                            .score())
                    .isLessThanOrEqualTo(1);
        }
    }

    @Test
    void aQueryByVectorAloneWithoutAWeightForItIsRefused() {
        float[] vector = HashingEmbedder.ofDimensions(64).embed("anything");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> agent.search(ContextQuery.vector(vector).weights(1, 0)))
                .withMessage("a query by vector alone must give the dense leg a weight above 0, was 0.0");
    }

    @Test
    void minSimilarityCutsTheDenseLegAndLeavesTheTextLegAlone() {
        use(COMPASS);
        agent.add(Interaction.of("far", "kangaroo south"));
        agent.add(Interaction.of("opposite", "south"));
        agent.add(Interaction.of("near", "northeast"));

        Hits hits = agent.search(
                ContextQuery.text("kangaroo north").minSimilarity(0.5).explain());

        assertThat(hits.ids()).containsExactlyInAnyOrder("far", "near");
        assertThat(explanation(hits, "far").dense()).isEmpty();
    }

    @Test
    void theLimitKeepsTheBest() {
        var batch = new ArrayList<Interaction>();
        for (int i = 0; i < 40; i++) {
            batch.add(Interaction.of("id-" + i, "payment " + "other ".repeat(i)));
        }
        agent.addAll(batch);

        List<String> all = idsFor("payment");
        assertThat(all).hasSize(40);
        for (int limit : new int[] {1, 3, 39}) {
            assertThat(agent.search(ContextQuery.text("payment").limit(limit)).ids())
                    .isEqualTo(all.subList(0, limit));
        }
        assertThat(agent.search(ContextQuery.text("payment"))).hasSize(10);
    }

    @Test
    void aLimitBeyondTheUsualCandidatesIsHonoured() {
        var batch = new ArrayList<Interaction>();
        for (int i = 0; i < 700; i++) {
            batch.add(Interaction.of("id-" + i, "payment"));
        }
        agent.addAll(batch);

        assertThat(agent.search(ContextQuery.text("payment").limit(650))).hasSize(650);
        assertThat(agent.search(ContextQuery.text("payment").limit(1_000))).hasSize(700);
    }

    @Test
    void theFewThatAFilterLetsThroughAreFoundHoweverManyOthersScoreBetter() {
        use(COMPASS);
        var batch = new ArrayList<Interaction>();
        for (int i = 0; i < 1_000; i++) {
            batch.add(Interaction.of("common-" + i, "kangaroo north"));
        }
        for (int i = 0; i < 3; i++) {
            batch.add(Interaction.of("rare-" + i, "kangaroo south and many a word besides to rank it last")
                    .type("rare"));
        }
        agent.addAll(batch);
        restart();

        ContextQuery rare = ContextQuery.text("kangaroo north").where(type().is("rare"));
        assertThat(agent.search(rare).ids()).containsExactly("rare-0", "rare-1", "rare-2");
        assertThat(agent.search(rare.weights(1, 0)).ids()).containsExactly("rare-0", "rare-1", "rare-2");
        assertThat(agent.search(rare.weights(0, 1)).ids()).containsExactly("rare-0", "rare-1", "rare-2");
    }

    @Test
    void anEmptyMemoryAnswersThatThereIsNothingAndThatThisIsTheWholeTruth() {
        Hits hits = agent.search(ContextQuery.text("payment").where(type().is("x")));

        assertThat(hits).isEmpty();
        assertThat(hits.freshness()).isEqualTo(Freshness.LIVE);
        assertThat(hits.reason()).isEmpty();
    }

    @Test
    void anAnswerIsLive() {
        agent.add(Interaction.of("a", "payment"));

        assertThat(agent.search(ContextQuery.text("payment")).freshness()).isEqualTo(Freshness.LIVE);
    }

    @Test
    void aHitHoldsTheWholeRecord() {
        float[] vector = HashingEmbedder.ofDimensions(64).embed("bill");
        agent.add(Interaction.of("a", "payment").meta("k", 1).speaker("Ann").vector(vector));
        agent.add(Interaction.of("b", "payment"));
        restart();

        ContextQuery query = ContextQuery.text("payment");
        for (ContextQuery each : List.of(query, query.weights(1, 0), query.weights(0, 1))) {
            assertThat(agent.search(each))
                    .hasSize(2)
                    .allSatisfy(hit -> assertThat(agent.find(hit.id())).hasValue(hit.interaction()));
        }
    }

    static Explanation explanation(Hits hits, String id) {
        return hits.list().stream()
                .filter(hit -> hit.id().equals(id))
                .findFirst()
                .orElseThrow()
                .explanation()
                .orElseThrow();
    }
}
