package dev.mneme.memory.context.spi;

/** The arithmetic of the dense leg. */
public final class Vectors {

    private Vectors() {}

    /** The vector scaled to length one, so that a dot product is a cosine; a copy. All zeros stay as they are. */
    public static float[] unit(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        float[] unit = vector.clone();
        if (squares == 0) {
            return unit;
        }
        double scale = 1 / Math.sqrt(squares);
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (unit[i] * scale);
        }
        return unit;
    }

    /** Whether all numbers are zero: a vector without direction, similar to nothing. */
    public static boolean isZero(float[] vector) {
        for (float value : vector) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * The cosine between {@code query} and a row, both of length one; see {@link #dot}. Kept within -1 and 1, which single
     * precision may overstep by a millionth.
     */
    public static float cosine(float[] query, float[] rows, int offset) {
        return Math.max(-1, Math.min(1, dot(query, rows, offset)));
    }

    /**
     * The dot product of {@code query} and the row of the same length that starts at {@code offset} of {@code rows}.
     *
     * <p>Eight sums run side by side, because the compiler may not reorder a single sum of floats and would wait for each
     * addition. Every store uses this method, so that all get the same bits.
     */
    public static float dot(float[] query, float[] rows, int offset) {
        int length = query.length;
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        float s4 = 0;
        float s5 = 0;
        float s6 = 0;
        float s7 = 0;
        int i = 0;
        for (int bound = length & ~7; i < bound; i += 8) {
            int at = offset + i;
            s0 += query[i] * rows[at];
            s1 += query[i + 1] * rows[at + 1];
            s2 += query[i + 2] * rows[at + 2];
            s3 += query[i + 3] * rows[at + 3];
            s4 += query[i + 4] * rows[at + 4];
            s5 += query[i + 5] * rows[at + 5];
            s6 += query[i + 6] * rows[at + 6];
            s7 += query[i + 7] * rows[at + 7];
        }
        float rest = 0;
        for (; i < length; i++) {
            rest += query[i] * rows[offset + i];
        }
        return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7)) + rest;
    }
}
