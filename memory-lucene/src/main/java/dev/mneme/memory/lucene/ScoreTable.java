package dev.mneme.memory.lucene;

import dev.mneme.memory.context.spi.Bm25;
import java.util.Arrays;

/**
 * What one term adds to the score of a record, by how often it occurs and how long the record is: each pair is reckoned
 * once. A common word occurs in a hundred thousand records, and of such pairs there are a few hundred.
 */
final class ScoreTable {

    private static final int OCCURRENCES = 8;
    private static final int LENGTHS = 128;

    private final Bm25 bm25;
    private final double idf;
    private final double[] scores = new double[OCCURRENCES * LENGTHS];

    ScoreTable(Bm25 bm25, double idf) {
        this.bm25 = bm25;
        this.idf = idf;
        Arrays.fill(scores, Double.NaN);
    }

    /** As {@link Bm25#score}, to the last bit. */
    double score(int occurrences, int length) {
        if (occurrences >= OCCURRENCES || length >= LENGTHS) {
            return bm25.score(idf, occurrences, length);
        }
        int at = occurrences * LENGTHS + length;
        double score = scores[at];
        if (Double.isNaN(score)) {
            score = bm25.score(idf, occurrences, length);
            scores[at] = score;
        }
        return score;
    }
}
