package dev.mneme.memory.context.spi;

import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.Hit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Orders hits so that they do not say the same again and again: maximal marginal relevance (Carbonell and Goldstein, 1998),
 * and the folding of near-duplicates into the best of them. Likeness is the cosine of the records' vectors.
 */
final class Diversity {

    /** Only so many of the best are compared with each other; what follows keeps its order. */
    private static final int COMPARED = 200;

    /** What single precision cannot tell. */
    private static final double TOLERANCE = 1e-6;

    private Diversity() {}

    /**
     * The hits to give, at most as many as the query's limit.
     *
     * @param hits best first
     * @param units the vector of a record by its id, of length one or all zero
     */
    static List<Hit> chosen(List<Hit> hits, ContextQuery query, Function<String, float[]> units) {
        if (hits.isEmpty()
                || (query.diversity() == 0 && query.duplicateSimilarity().isEmpty())) {
            return hits.subList(0, Math.min(query.limit(), hits.size()));
        }
        List<Hit> compared = hits.subList(0, Math.min(COMPARED, hits.size()));
        var chosen = new ArrayList<>(choose(compared, query, units));
        chosen.addAll(hits.subList(compared.size(), hits.size()));
        return List.copyOf(chosen.subList(0, Math.min(query.limit(), chosen.size())));
    }

    private static List<Hit> choose(List<Hit> hits, ContextQuery query, Function<String, float[]> units) {
        double diversity = query.diversity();
        double fold = query.duplicateSimilarity().orElse(2) - TOLERANCE;
        double best = Math.max(hits.get(0).score(), Double.MIN_NORMAL);
        float[][] vectors = hits.stream().map(hit -> units.apply(hit.id())).toArray(float[][]::new);
        var likeness = new double[hits.size()];
        var taken = new boolean[hits.size()];
        Arrays.fill(likeness, -1);
        var chosen = new ArrayList<Hit>();
        while (chosen.size() < Math.min(query.limit(), hits.size())) {
            int next = -1;
            double most = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < hits.size(); i++) {
                double like = chosen.isEmpty() ? 0 : likeness[i];
                double value = (1 - diversity) * hits.get(i).score() / best - diversity * like;
                if (!taken[i] && value > most) {
                    most = value;
                    next = i;
                }
            }
            if (next < 0) {
                break;
            }
            taken[next] = true;
            chosen.add(hits.get(next));
            for (int i = 0; i < hits.size(); i++) {
                likeness[i] = taken[i] ? likeness[i] : Math.max(likeness[i], cosine(vectors[i], vectors[next]));
                taken[i] |= likeness[i] >= fold;
            }
        }
        return chosen;
    }

    private static double cosine(float[] one, float[] other) {
        return Vectors.cosine(one, other, 0);
    }
}
