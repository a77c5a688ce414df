package dev.mneme.memory.context;

import static dev.mneme.memory.context.Fields.type;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How hits are scored and ordered. */
abstract class RankingCases extends SearchCases {

    @Test
    void scoresAreThoseOfTheFormulas() {
        use(TableEmbedder.ofDimensions(2)
                .word("alpha", 1, 0)
                .word("beta", 0, 1)
                .word("delta", -1, 0)
                .weighing(0.5));
        agent.add(Interaction.of("1", "alpha beta"));
        agent.add(Interaction.of("2", "alpha alpha gamma"));
        agent.add(Interaction.of("3", "delta"));
        restart();

        Hits hits = agent.search(ContextQuery.text("alpha beta").explain());

        // three records of two terms on average; alpha is in two of them, beta in one
        double alpha = Math.log(1 + 1.5 / 2.5);
        double beta = Math.log(1 + 2.5 / 1.5);
        assertThat(hits.ids()).containsExactly("1", "2", "3");
        Explanation first = explanation(hits, "1");
        assertThat(first.text().orElseThrow().rank()).isOne();
        assertThat(first.text().orElseThrow().score()).isCloseTo((alpha + beta) / 2.2, within(1e-12));
        assertThat(first.dense().orElseThrow().rank()).isOne();
        assertThat(first.dense().orElseThrow().score()).isCloseTo(1, within(1e-6));
        assertThat(first.fused()).isEqualTo(1);
        Explanation second = explanation(hits, "2");
        assertThat(second.text().orElseThrow().rank()).isEqualTo(2);
        assertThat(second.text().orElseThrow().score()).isCloseTo(alpha * 2 / (2 + 1.65), within(1e-12));
        assertThat(second.dense().orElseThrow().score()).isCloseTo(Math.sqrt(0.5), within(1e-6));
        assertThat(second.fused()).isCloseTo(61.0 / 62, within(1e-12));
        Explanation third = explanation(hits, "3");
        assertThat(third.text()).isEmpty();
        assertThat(third.dense().orElseThrow().rank()).isEqualTo(3);
        assertThat(third.dense().orElseThrow().score()).isCloseTo(-Math.sqrt(0.5), within(1e-6));
        assertThat(third.fused()).isCloseTo(61.0 / (3 * 63), within(1e-12));
    }

    @Test
    void theDenseLegCountsAsMuchAsTheEmbedderSaysUnlessTheQuerySaysOtherwise() {
        use(COMPASS.weighing(3));
        agent.add(Interaction.of("words", "kangaroo"));
        agent.add(Interaction.of("vector", "east"));
        ContextQuery query = ContextQuery.text("kangaroo").near(new float[] {1, 0});

        assertThat(scores(agent.search(query))).isEqualTo(Map.of("vector", 0.75, "words", 0.25));
        assertThat(scores(agent.search(query.weights(1, 1)))).isEqualTo(Map.of("vector", 0.5, "words", 0.5));
        assertThat(scores(agent.search(query.weights(3, 1)))).isEqualTo(Map.of("vector", 0.25, "words", 0.75));
    }

    @Test
    void anEmbedderThatDoesNotCountStillAnswersAQuestionByVectorAlone() {
        use(COMPASS.weighing(0));
        agent.add(Interaction.of("words", "kangaroo"));
        agent.add(Interaction.of("vector", "east"));

        assertThat(scores(agent.search(ContextQuery.text("kangaroo").near(new float[] {1, 0}))))
                .isEqualTo(Map.of("words", 1.0));
        assertThat(scores(agent.search(ContextQuery.vector(new float[] {1, 0}))))
                .isEqualTo(Map.of("vector", 1.0));
    }

    @Test
    void anExplanationIsThereOnlyOnDemandAndItsNumbersMultiplyToTheScore() {
        agent.add(Interaction.of("a", "payment failed").importance(0.9).time(START.minusSeconds(500)));
        agent.add(Interaction.of("b", "payment done").importance(0.2));
        agent.add(Interaction.of("c", "paymint").time(START.plusSeconds(500)));
        ContextQuery query = ContextQuery.text("payment failed")
                .importanceBoost(0.7)
                .halfLife(Duration.ofHours(1))
                .weights(0.3, 0.8);

        assertThat(agent.search(query))
                .hasSize(3)
                .allSatisfy(hit -> assertThat(hit.explanation()).isEmpty());
        assertThat(agent.search(query.explain())).hasSize(3).allSatisfy(hit -> {
            Explanation why = hit.explanation().orElseThrow();
            assertThat(hit.score()).isCloseTo(why.fused() * why.recency() * why.importance(), within(1e-15));
        });
        assertThat(scores(agent.search(query.explain()))).isEqualTo(scores(agent.search(query)));
    }

    @Test
    void hitsOfOneScoreAreOrderedNewestFirstAndThenById() {
        agent.add(Interaction.of("b", "payment").time(START));
        agent.add(Interaction.of("old", "payment").time(START.minusMillis(1)));
        agent.add(Interaction.of("c", "payment").time(START));
        agent.add(Interaction.of("new", "payment").time(START.plusMillis(1)));
        agent.add(Interaction.of("a", "payment").time(START));
        restart();

        assertThat(idsFor("payment")).containsExactly("new", "a", "b", "c", "old");
        assertThat(idsByWords("payment")).containsExactly("new", "a", "b", "c", "old");
        assertThat(agent.search(ContextQuery.text("payment").limit(2)).ids()).containsExactly("new", "a");
    }

    @Test
    void eachHalfLifeOfAgeHalvesTheScore() {
        agent.add(Interaction.of("a", "payment"));
        ContextQuery query = ContextQuery.text("payment").halfLife(Duration.ofDays(7));
        assertThat(agent.search(query).list().get(0).score()).isEqualTo(1);

        clock.advance(Duration.ofDays(7));
        restart();
        assertThat(agent.search(query).list().get(0).score()).isEqualTo(0.5);
        clock.advance(Duration.ofDays(14));
        assertThat(agent.search(query).list().get(0).score()).isEqualTo(0.125);
        assertThat(agent.search(ContextQuery.text("payment")).list().get(0).score())
                .isEqualTo(1);
    }

    @Test
    void recencyLetsTheNewerOvertakeTheBetter() {
        agent.add(Interaction.of("better", "payment").time(START.minus(Duration.ofDays(70))));
        agent.add(Interaction.of("newer", "payment and more words than the other has"));

        assertThat(idsFor("payment")).containsExactly("better", "newer");
        assertThat(agent.search(ContextQuery.text("payment").halfLife(Duration.ofDays(7)))
                        .ids())
                .containsExactly("newer", "better");
    }

    @Test
    void whatLiesAheadOfTheClockHasNoAge() {
        agent.add(Interaction.of("ahead", "payment").time(START.plus(Duration.ofDays(7))));

        assertThat(agent.search(ContextQuery.text("payment").halfLife(Duration.ofDays(7)))
                        .list()
                        .get(0)
                        .score())
                .isEqualTo(1);
    }

    @Test
    void importanceCountsOnlyIfItIsBoostedAndTheUsualOneChangesNothing() {
        agent.add(Interaction.of("vital", "payment").importance(1).time(START.minusMillis(2)));
        agent.add(Interaction.of("usual", "payment").time(START.minusMillis(1)));
        agent.add(Interaction.of("trivial", "payment").importance(0).time(START));
        restart();

        assertThat(idsFor("payment")).containsExactly("trivial", "usual", "vital");
        Map<String, Double> plain = scores(agent.search(ContextQuery.text("payment")));
        Hits boosted =
                agent.search(ContextQuery.text("payment").importanceBoost(0.5).explain());
        assertThat(boosted.ids()).containsExactly("vital", "usual", "trivial");
        assertThat(scores(boosted).get("vital")).isEqualTo(plain.get("vital") * 1.5);
        assertThat(scores(boosted).get("usual")).isEqualTo(plain.get("usual"));
        assertThat(scores(boosted).get("trivial")).isEqualTo(plain.get("trivial") * 0.5);
        assertThat(explanation(boosted, "vital").importance()).isEqualTo(1.5);
    }

    @Test
    void minScoreLeavesOutWhatScoresLess() {
        use(TableEmbedder.ofDimensions(2));
        agent.add(Interaction.of("first", "payment payment"));
        agent.add(Interaction.of("second", "payment and words"));
        ContextQuery query = byWords("payment");
        double second = scores(agent.search(query)).get("second");

        assertThat(second).isCloseTo(61.0 / 62, within(1e-12));
        assertThat(agent.search(query.minScore(second)).ids()).containsExactly("first", "second");
        assertThat(agent.search(query.minScore(Math.nextUp(second))).ids()).containsExactly("first");
        assertThat(agent.search(query.minScore(1)).ids()).containsExactly("first");
    }

    @Test
    void aFilterChangesNoTextScore() {
        for (int i = 0; i < 20; i++) {
            agent.add(Interaction.of("id-" + i, "payment " + "failed ".repeat(i % 3) + "again ".repeat(i % 5))
                    .type(i % 4 == 0 ? "kept" : "other"));
        }
        restart();
        Map<String, Double> all = textScores(agent, ContextQuery.text("payment failed again"));
        Map<String, Double> kept =
                textScores(agent, ContextQuery.text("payment failed again").where(type().is("kept")));

        assertThat(kept).hasSize(5);
        assertThat(all).hasSize(20).containsAllEntriesOf(kept);
    }

    @Test
    void scoresAreTheSameAtOnceAfterSettlingAndAfterARestart() {
        for (int i = 0; i < 30; i++) {
            agent.add(Interaction.of("id-" + i, "payment " + "failed ".repeat(i % 3) + "again ".repeat(i % 5)));
        }
        agent.add(Interaction.of("id-3", "replaced payment"));
        agent.delete("id-4");
        ContextQuery query = ContextQuery.text("payment failed again").limit(100);
        Map<String, Double> atOnce = scores(agent.search(query));
        Map<String, Double> textAtOnce = textScores(agent, query);

        settle(store);
        assertThat(scores(agent.search(query))).isEqualTo(atOnce);
        assertThat(textScores(agent, query)).isEqualTo(textAtOnce);
        restart();
        assertThat(scores(agent.search(query))).isEqualTo(atOnce);
        assertThat(textScores(agent, query)).isEqualTo(textAtOnce);
    }

    @Test
    void whatWasReplacedOrDeletedMovesNoScore() {
        agent.add(Interaction.of("a", "payment failed"));
        Map<String, Double> before = textScores(agent, ContextQuery.text("payment failed"));
        agent.add(Interaction.of("b", "payment payment payment and so many other words"));
        agent.delete("b");
        agent.add(Interaction.of("a", "something else that was written by mistake"));
        agent.add(Interaction.of("a", "payment failed"));

        assertThat(textScores(agent, ContextQuery.text("payment failed"))).isEqualTo(before);
        restart();
        assertThat(textScores(agent, ContextQuery.text("payment failed"))).isEqualTo(before);
    }

    @Test
    void theLengthOfAVectorDoesNotMatter() {
        use(TableEmbedder.ofDimensions(2));
        agent.add(Interaction.of("short", "").vector(new float[] {1e-20f, 1e-20f}));
        agent.add(Interaction.of("long", "").vector(new float[] {0, 3e38f}));
        restart();

        Hits hits = agent.search(ContextQuery.vector(new float[] {1e30f, 1e30f}).explain());

        assertThat(hits.ids()).containsExactly("short", "long");
        assertThat(explanation(hits, "short").dense().orElseThrow().score()).isCloseTo(1, within(1e-6));
        assertThat(explanation(hits, "long").dense().orElseThrow().score()).isCloseTo(Math.sqrt(0.5), within(1e-6));
    }
}
