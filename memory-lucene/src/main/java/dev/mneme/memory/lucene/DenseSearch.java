package dev.mneme.memory.lucene;

/** How the dense leg of a {@link LuceneContextStore} finds the vectors nearest to a query's. */
public enum DenseSearch {

    /**
     * Short codes first (two bits a dimension), then the vectors themselves, of all records whose code does not rule them
     * out. The default.
     *
     * <p>Similarities are exact, whichever records are found. A record is passed over wrongly if the error of its code is
     * above two standard deviations, and only where the leg's last candidates stand: of the first ten of two hundred
     * candidates hardly any is, however the vectors are distributed. So it is with {@code minSimilarity} too: a record that
     * is only just similar enough may be passed over. Where fewer than {@value #EXACT_BELOW} records are to be compared, or
     * fewer than a sixteenth of the agent's, as in a small memory or behind a narrow filter, it is as {@link #EXACT}.
     *
     * <p>The codes take two bits a dimension and 28 bytes for each record of an agent with at least {@value #EXACT_BELOW},
     * beside the vectors.
     */
    QUANTISED,

    /** Every vector is compared. */
    EXACT;

    /** So many vectors are compared one by one sooner than codes would pay. */
    static final int EXACT_BELOW = 4_096;
}
