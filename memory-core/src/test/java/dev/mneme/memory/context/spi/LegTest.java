package dev.mneme.memory.context.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.spi.Leg.Candidate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LegTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    @Test
    void keepsTheBestOfWhatIsOfferedInOrder() {
        var leg = new Leg(2);
        leg.offer(at("worst", NOON), -1);
        leg.offer(at("best", NOON), 3);
        leg.offer(at("second", NOON), 2);
        leg.offer(at("third", NOON), 1);

        assertThat(leg.best()).extracting(Candidate::score).containsExactly(3.0, 2.0);
        assertThat(ids(leg)).containsExactly("best", "second");
    }

    @Test
    void theFloorIsTheWorstKeptScoreOnceTheLegIsFull() {
        var leg = new Leg(2);
        assertThat(leg.floor()).isEqualTo(Double.NEGATIVE_INFINITY);
        leg.offer(at("a", NOON), 1);
        assertThat(leg.floor()).isEqualTo(Double.NEGATIVE_INFINITY);
        leg.offer(at("b", NOON), 2);
        assertThat(leg.floor()).isEqualTo(1);
        leg.offer(at("c", NOON), 5);
        assertThat(leg.floor()).isEqualTo(2);
    }

    @Test
    void amongEqualScoresTheNewestAreKeptThenTheFirstById() {
        var offered = new ArrayList<>(List.of(
                at("old", NOON.minusMillis(1)),
                at("b", NOON),
                at("new", NOON.plusMillis(1)),
                at("a", NOON),
                Interaction.of("timeless", "x")));
        long seed = 3;
        var random = new Random(seed);
        for (int i = 0; i < 50; i++) {
            Collections.shuffle(offered, random);
            var three = new Leg(3);
            var all = new Leg(9);
            offered.forEach(interaction -> {
                three.offer(interaction, 1);
                all.offer(interaction, 1);
            });

            assertThat(ids(three)).as("seed %d", seed).containsExactly("new", "a", "b");
            assertThat(ids(all)).as("seed %d", seed).containsExactly("new", "a", "b", "old", "timeless");
        }
    }

    @Test
    void agreesWithSortingAll() {
        long seed = 11;
        var random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            var leg = new Leg(1 + random.nextInt(20));
            var all = new Leg(1_000);
            for (int i = 0; i < 200; i++) {
                Interaction interaction = at("id-" + i, NOON.plusMillis(random.nextInt(3)));
                double score = random.nextInt(10) - 5;
                leg.offer(interaction, score);
                all.offer(interaction, score);
            }
            int kept = leg.best().size();

            assertThat(ids(leg)).as("seed %d, round %d", seed, round).isEqualTo(ids(all).subList(0, kept));
        }
    }

    @Test
    void anEmptyLegHasNoCandidates() {
        assertThat(new Leg(1).best()).isEmpty();
    }

    private static Interaction at(String id, Instant time) {
        return Interaction.of(id, "x").time(time);
    }

    private static List<String> ids(Leg leg) {
        return leg.best().stream()
                .map(candidate -> candidate.interaction().id())
                .toList();
    }
}
