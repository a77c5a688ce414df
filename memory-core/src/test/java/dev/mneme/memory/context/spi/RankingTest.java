package dev.mneme.memory.context.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.Explanation;
import dev.mneme.memory.context.Hit;
import dev.mneme.memory.context.Interaction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RankingTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final ContextQuery QUERY = ContextQuery.text("x");

    private static Leg leg(String... idsBestFirst) {
        var leg = new Leg(200);
        for (int i = 0; i < idsBestFirst.length; i++) {
            leg.offer(Interaction.of(idsBestFirst[i], "x").time(NOW), 100 - i);
        }
        return leg;
    }

    /** Ranks for an embedder that says of itself that it counts half. */
    private static List<Hit> rank(ContextQuery query, Leg text, Leg dense) {
        double textWeight = query.text().isPresent() ? query.textWeight() : 0;
        double denseWeight = query.denseWeight().orElse(0.5);
        return Ranking.rank(
                new Search(query, Set.of(), Optional.empty(), textWeight, denseWeight), text, dense, NOW, id ->
                        new float[] {0});
    }

    private static List<String> ids(List<Hit> hits) {
        return hits.stream().map(Hit::id).toList();
    }

    @Test
    void theFirstPlaceInEveryLegScoresOne() {
        assertThat(rank(QUERY, leg("a"), leg("a")).get(0).score()).isEqualTo(1);
        assertThat(rank(QUERY.weights(7, 0), leg("a"), leg()).get(0).score()).isEqualTo(1);
        assertThat(rank(QUERY.weights(0, 0.01), leg(), leg("a")).get(0).score()).isEqualTo(1);
        assertThat(rank(ContextQuery.vector(new float[] {1}), leg(), leg("a"))
                        .get(0)
                        .score())
                .isEqualTo(1);
    }

    @Test
    void placesAreFusedByWeightedReciprocalRank() {
        List<Hit> hits = rank(QUERY.weights(1, 0.5).explain(), leg("a", "b", "c"), leg("b", "d"));

        // the most that can be had is 1.5/61
        double most = 1.5 / 61;
        assertThat(ids(hits)).containsExactly("b", "a", "c", "d");
        assertThat(hits.get(0).score()).isCloseTo((1.0 / 62 + 0.5 / 61) / most, within(1e-12));
        assertThat(hits.get(1).score()).isCloseTo(1.0 / 61 / most, within(1e-12));
        assertThat(hits.get(2).score()).isCloseTo(1.0 / 63 / most, within(1e-12));
        assertThat(hits.get(3).score()).isCloseTo(0.5 / 62 / most, within(1e-12));
        Explanation best = hits.get(0).explanation().orElseThrow();
        assertThat(best.text()).hasValue(new Explanation.Place(2, 99));
        assertThat(best.dense()).hasValue(new Explanation.Place(1, 100));
    }

    @Test
    void onlyTheProportionOfTheWeightsCounts() {
        List<Hit> hits = rank(QUERY.weights(1, 0.5), leg("a", "b", "c"), leg("b", "d"));
        List<Hit> scaled = rank(QUERY.weights(8, 4), leg("a", "b", "c"), leg("b", "d"));

        assertThat(ids(scaled)).isEqualTo(ids(hits));
        for (int i = 0; i < hits.size(); i++) {
            assertThat(scaled.get(i).score()).isCloseTo(hits.get(i).score(), within(1e-12));
        }
    }

    @Test
    void ageHalvesTheScoreForEachHalfLife() {
        var text = new Leg(10);
        text.offer(Interaction.of("a", "x").time(NOW.minusSeconds(90)), 1);
        List<Hit> hits =
                rank(QUERY.weights(1, 0).halfLife(Duration.ofSeconds(30)).explain(), text, leg());

        assertThat(hits.get(0).score()).isEqualTo(0.125);
        assertThat(hits.get(0).explanation().orElseThrow().recency()).isEqualTo(0.125);
        assertThat(hits.get(0).explanation().orElseThrow().fused()).isEqualTo(1);
    }

    @Test
    void aHundredthOfAHalfLifeCounts() {
        var text = new Leg(10);
        text.offer(Interaction.of("a", "x").time(NOW.minusMillis(5)), 1);

        assertThat(rank(QUERY.weights(1, 0).halfLife(Duration.ofMillis(500)), text, leg())
                        .get(0)
                        .score())
                .isCloseTo(Math.pow(2, -0.01), within(1e-12));
    }

    @Test
    void whatIsAheadOrWithoutATimeHasNoAge() {
        var text = new Leg(10);
        text.offer(Interaction.of("ahead", "x").time(NOW.plusSeconds(90)), 2);
        text.offer(Interaction.of("timeless", "x"), 1);

        assertThat(rank(QUERY.halfLife(Duration.ofNanos(1)).explain(), text, leg()))
                .hasSize(2)
                .allSatisfy(hit ->
                        assertThat(hit.explanation().orElseThrow().recency()).isEqualTo(1));
    }

    @Test
    void theOldestRecordAndTheShortestHalfLifeStillGiveAScore() {
        var text = new Leg(10);
        text.offer(Interaction.of("a", "x").time(Instant.ofEpochMilli(Long.MIN_VALUE)), 1);

        List<Hit> hits = rank(QUERY.halfLife(Duration.ofNanos(1)), text, leg());
        assertThat(hits.get(0).score()).isZero();
    }

    @Test
    void importanceLiftsOrLowersByTheBoost() {
        var text = new Leg(10);
        text.offer(Interaction.of("trivial", "x").importance(0), 3);
        text.offer(Interaction.of("usual", "x"), 2);
        text.offer(Interaction.of("vital", "x").importance(1), 1);
        List<Hit> hits = rank(QUERY.weights(1, 0).importanceBoost(0.5), text, leg());

        assertThat(ids(hits)).containsExactly("vital", "usual", "trivial");
        assertThat(hits.get(0).score()).isCloseTo(1.5 * 61 / 63, within(1e-12));
        assertThat(hits.get(1).score()).isCloseTo(61.0 / 62, within(1e-12));
        assertThat(hits.get(2).score()).isEqualTo(0.5);
    }

    @Test
    void theLowestScoreIsAskedAfterAgeAndImportance() {
        var text = new Leg(10);
        text.offer(Interaction.of("old", "x").time(NOW.minusSeconds(60)), 2);
        text.offer(Interaction.of("new", "x").time(NOW), 1);
        ContextQuery query = QUERY.weights(1, 0).halfLife(Duration.ofSeconds(60));

        assertThat(ids(rank(query.minScore(0.5), text, leg()))).containsExactly("new", "old");
        assertThat(ids(rank(query.minScore(0.51), text, leg()))).containsExactly("new");
    }

    @Test
    void equalScoresAreOrderedNewestFirstThenById() {
        var text = new Leg(10);
        var dense = new Leg(10);
        text.offer(Interaction.of("b", "x").time(NOW), 1);
        dense.offer(Interaction.of("a", "x").time(NOW), 1);
        assertThat(ids(rank(QUERY.weights(1, 1), text, dense))).containsExactly("a", "b");

        dense = new Leg(10);
        dense.offer(Interaction.of("z", "x").time(NOW.plusMillis(1)), 1);
        assertThat(ids(rank(QUERY.weights(1, 1), text, dense))).containsExactly("z", "b");
    }

    @Test
    void noMoreHitsThanTheLimitAreGiven() {
        assertThat(ids(rank(QUERY.limit(2), leg("a", "b", "c"), leg("a", "b", "c"))))
                .containsExactly("a", "b");
        assertThat(rank(QUERY, leg(), leg())).isEmpty();
    }

    @Test
    void legsGiveTwoHundredCandidatesOrAsManyAsHitsAreAskedFor() {
        assertThat(Ranking.candidates(QUERY)).isEqualTo(200);
        assertThat(Ranking.candidates(QUERY.limit(201))).isEqualTo(201);
        assertThat(Ranking.candidates(QUERY.limit(10_000))).isEqualTo(10_000);
    }

    @Test
    void anExplanationIsGivenOnlyIfAsked() {
        assertThat(rank(QUERY, leg("a"), leg()).get(0).explanation()).isEmpty();
        assertThat(rank(QUERY.explain(), leg("a"), leg()).get(0).explanation()).isPresent();
    }
}
