package dev.mneme.memory.lucene;

import dev.mneme.memory.context.spi.Vectors;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The vectors of one agent's rows, and the search for the nearest of them.
 *
 * <p>Not safe to change while it is searched.
 */
final class DenseRows {

    /** How many standard deviations of its code's error a row is given the benefit of. */
    private static final double DEVIATIONS = 2;

    /** So many times the wanted rows, those with the best codes, are compared first, to have a floor for the others. */
    private static final int FIRST = 4;

    /** Where so small a part of the rows is searched, comparing them costs less than going through all codes. */
    private static final int FEW = 16;

    /** A histogram of bounds, from -1 to 1 and a margin. */
    private static final int BUCKETS = 1_024;

    private static final float BUCKETS_PER_UNIT = 400;

    private final int dimensions;
    private final int codesFrom;
    private final BitSet directed = new BitSet();
    private RowVectors vectors;
    /** There once there are rows enough. */
    private @Nullable SignCodes codes;

    private int rows;

    /** Takes the rows that are found. */
    interface Taker {
        /** Takes a row and its cosine; returns the cosine below which no row would be taken any more. */
        double take(int row, double cosine);
    }

    /** @param codesFrom the number of rows from which on codes are used */
    DenseRows(int dimensions, int codesFrom) {
        this.dimensions = dimensions;
        this.codesFrom = codesFrom;
        this.vectors = new RowVectors(dimensions);
    }

    /** How many bytes of memory the vectors and codes take. */
    long bytes() {
        SignCodes coded = codes;
        return vectors.bytes() + (coded == null ? 0 : coded.bytes(rows));
    }

    /** Sets a row, at most one behind the last. */
    void set(int row, float[] unit) {
        vectors.set(row, unit);
        directed.set(row, !Vectors.isZero(unit));
        rows = Math.max(rows, row + 1);
        SignCodes coded = codes;
        if (coded != null) {
            coded.set(row, unit);
        } else if (rows >= codesFrom) {
            codes = encodeAll();
        }
    }

    private SignCodes encodeAll() {
        var coded = new SignCodes(dimensions, DEVIATIONS);
        for (int row = 0; row < rows; row++) {
            coded.set(row, vectors.get(row));
        }
        return coded;
    }

    /** A copy of the row. */
    float[] unit(int row) {
        return vectors.get(row);
    }

    void copy(int fromRow, int toRow) {
        vectors.copy(fromRow, toRow);
        directed.set(toRow, directed.get(fromRow));
        SignCodes coded = codes;
        if (coded != null) {
            coded.copy(fromRow, toRow);
        }
    }

    /** Forgets all rows from {@code kept} on. */
    void trim(int kept) {
        vectors.trim(kept);
        directed.clear(kept, Math.max(kept, rows));
        rows = kept;
        SignCodes coded = codes;
        if (coded != null) {
            coded.trim(kept);
        }
        if (rows < codesFrom) {
            codes = null;
        }
    }

    void clear() {
        vectors = new RowVectors(dimensions);
        codes = null;
        directed.clear();
        rows = 0;
    }

    /**
     * Gives {@code taker} the rows nearest to {@code unit}, in no particular order.
     *
     * @param among the rows to search
     * @param wanted how many rows the taker keeps
     * @param floor the least cosine to take
     */
    void search(float[] unit, BitSet among, int wanted, double floor, Taker taker) {
        SignCodes coded = codes;
        if (coded == null || among.cardinality() < Math.max(codesFrom, rows / FEW)) {
            compareAll(unit, among, floor, taker);
        } else {
            compareLikely(unit, among, wanted, floor, coded, taker);
        }
    }

    /** As {@link #search}, but looks at every vector and misses none, however many there are. */
    void searchExactly(float[] unit, BitSet among, double floor, Taker taker) {
        compareAll(unit, among, floor, taker);
    }

    private void compareAll(float[] unit, BitSet among, double floor, Taker taker) {
        double least = floor;
        for (int row = among.nextSetBit(0); row >= 0; row = among.nextSetBit(row + 1)) {
            if (directed.get(row)) {
                least = compare(unit, row, least, taker);
            }
        }
    }

    private double compare(float[] unit, int row, double least, Taker taker) {
        float cosine = vectors.cosine(unit, row);
        return cosine >= least ? Math.max(least, taker.take(row, cosine)) : least;
    }

    private void compareLikely(float[] unit, BitSet among, int wanted, double floor, SignCodes coded, Taker taker) {
        SignCodes.Query query = coded.query(unit);
        float[] bounds = query.bounds(rows);
        var searched = (BitSet) among.clone();
        searched.and(directed);
        for (int row = searched.nextClearBit(0); row < rows; row = searched.nextClearBit(row + 1)) {
            bounds[row] = Float.NEGATIVE_INFINITY;
        }
        float first = boundOf(wanted * FIRST, bounds);
        double least = floor;
        for (int row = 0; row < rows; row++) {
            if (bounds[row] >= first) {
                least = compare(unit, row, least, taker);
            }
        }
        for (int row = 0; row < rows; row++) {
            float bound = bounds[row];
            if (bound < first && bound >= least && query.closerBound(row, bound) >= least) {
                least = compare(unit, row, least, taker);
            }
        }
    }

    /** A bound that about {@code count} rows reach; none that is searched is below the lowest. */
    private static float boundOf(int count, float[] bounds) {
        var rows = new int[BUCKETS];
        for (float bound : bounds) {
            if (bound != Float.NEGATIVE_INFINITY) {
                rows[bucket(bound)]++;
            }
        }
        int bucket = BUCKETS;
        for (int reached = 0; bucket > 0 && reached < count; ) {
            reached += rows[--bucket];
        }
        // the last bucket takes all that is lower, and negative infinity must stay below
        return bucket == 0 ? -Float.MAX_VALUE : bucket / BUCKETS_PER_UNIT - 1;
    }

    private static int bucket(float bound) {
        return Math.max(0, Math.min(BUCKETS - 1, (int) ((bound + 1) * BUCKETS_PER_UNIT)));
    }
}
