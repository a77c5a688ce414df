package dev.mneme.memory.context.spi;

/**
 * The scores of the text leg: BM25 (Robertson and Zaragoza, 2009) in the form that Lucene made common, with k1 = {@value
 * #K1} and b = {@value #B}.
 *
 * <p>All counts are those of the asking agent alone: another agent's text must never move a score.
 */
public final class Bm25 {

    /** How soon a term that repeats within a record stops adding. */
    public static final double K1 = 1.2;

    /** How much a record's length counts against it. */
    public static final double B = 0.75;

    private final double averageLength;

    /** Scores among records of this average length in terms. */
    public Bm25(double averageLength) {
        this.averageLength = averageLength;
    }

    /**
     * How telling a term is: {@code ln(1 + (records - holding + 0.5) / (holding + 0.5))}.
     *
     * @param records how many records the agent has
     * @param holding how many of them hold the term
     */
    public static double idf(long records, long holding) {
        return Math.log(1 + (records - holding + 0.5) / (holding + 0.5));
    }

    /**
     * What one term adds to the score of a record.
     *
     * @param idf of the term
     * @param occurrences of the term in the record
     * @param length of the record in terms
     */
    public double score(double idf, int occurrences, int length) {
        return idf * occurrences / (occurrences + K1 * (1 - B + B * length / averageLength));
    }
}
