package dev.mneme.memory.context.spi;

import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.Explanation;
import dev.mneme.memory.context.Explanation.Place;
import dev.mneme.memory.context.Hit;
import dev.mneme.memory.context.Interaction;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Makes one list of what the legs of a search found; the only place where hits are ranked.
 *
 * <p>The legs are joined, not crossed: what one leg alone found can be a hit. Places are fused by reciprocal rank
 * (Cormack, Clarke and Buettcher, 2009) with k = {@value #K}, weighted, and divided by the most that can be had, so that
 * the first place in every leg is 1; then come the factors for age and importance.
 */
public final class Ranking {

    /** How many candidates a leg gives at least, however few hits are asked for. */
    public static final int CANDIDATES = 200;

    /** The constant of reciprocal rank fusion. */
    public static final int K = 60;

    private static final Comparator<Hit> BEST_FIRST =
            Comparator.comparingDouble(Hit::score).reversed().thenComparing(Hit::interaction, Leg::newestFirst);

    private Ranking() {}

    /** How many candidates each leg should give for this query. */
    public static int candidates(ContextQuery query) {
        return Math.max(CANDIDATES, query.limit());
    }

    /**
     * The hits, best first, at most as many as the query's limit.
     *
     * @param now from which ages are counted; what lies ahead of it has no age
     * @param units the vector of a candidate by its id, of length one or all zero; asked for only if the query wants hits
     *     that differ
     */
    public static List<Hit> rank(Search search, Leg text, Leg dense, Instant now, Function<String, float[]> units) {
        Map<String, Found> found = new LinkedHashMap<>();
        int rank = 0;
        for (Leg.Candidate candidate : text.best()) {
            found(found, candidate).text = Optional.of(new Place(++rank, candidate.score()));
        }
        rank = 0;
        for (Leg.Candidate candidate : dense.best()) {
            found(found, candidate).dense = Optional.of(new Place(++rank, candidate.score()));
        }
        return Diversity.chosen(best(search, found.values(), now), search.query(), units);
    }

    private static Found found(Map<String, Found> found, Leg.Candidate candidate) {
        return found.computeIfAbsent(candidate.interaction().id(), id -> new Found(candidate.interaction()));
    }

    private static List<Hit> best(Search search, Collection<Found> found, Instant now) {
        ContextQuery query = search.query();
        double most = (search.textWeight() + search.denseWeight()) / (K + 1);
        var hits = new ArrayList<Hit>(found.size());
        for (Found one : found) {
            double fused = (share(one.text, search.textWeight()) + share(one.dense, search.denseWeight())) / most;
            double recency = recency(query, one.interaction, now);
            double importance = 1 + query.importanceBoost() * (2 * one.interaction.importance() - 1);
            double score = fused * recency * importance;
            if (score >= query.minScore()) {
                Optional<Explanation> explanation = query.isExplained()
                        ? Optional.of(new Explanation(one.text, one.dense, fused, recency, importance))
                        : Optional.empty();
                hits.add(new Hit(one.interaction, score, explanation));
            }
        }
        hits.sort(BEST_FIRST);
        return hits;
    }

    private static double share(Optional<Place> place, double weight) {
        return place.isEmpty() ? 0 : weight / (K + place.get().rank());
    }

    private static double recency(ContextQuery query, Interaction interaction, Instant now) {
        Optional<Duration> halfLife = query.halfLife();
        Optional<Instant> time = interaction.time();
        if (halfLife.isEmpty() || time.isEmpty() || !time.get().isBefore(now)) {
            return 1;
        }
        return Math.pow(0.5, seconds(Duration.between(time.get(), now)) / seconds(halfLife.get()));
    }

    private static double seconds(Duration duration) {
        return duration.getSeconds() + duration.getNano() / 1e9;
    }

    /** One interaction with its place in each leg. */
    private static final class Found {
        private final Interaction interaction;
        private Optional<Place> text = Optional.empty();
        private Optional<Place> dense = Optional.empty();

        private Found(Interaction interaction) {
            this.interaction = interaction;
        }
    }
}
