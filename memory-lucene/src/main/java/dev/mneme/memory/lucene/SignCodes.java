package dev.mneme.memory.lucene;

import java.util.ArrayList;
import java.util.List;

/**
 * A short code for each row's vector, from which its cosine with a query can be estimated, together with how far off the
 * estimate may be: two bits a dimension and seven numbers.
 *
 * <p>The coarse half of a code is the sign of each dimension after a {@link Rotation}; the fine half is the signs of what
 * the coarse half leaves over. With {@code s} what a code stands for, {@code <s, query> / <s, row>} estimates {@code <row,
 * query>} without bias, and its error has the standard deviation {@code sqrt((<s, s> / <s, row>^2 - 1) / (dimensions - 1))}
 * at most, however the rows are distributed, because the rotation is random (Gao and Long, RaBitQ, 2024). The query is
 * rounded to {@value #PLANES} bits a dimension, so that its product with signs is a count of bits.
 *
 * <p>Not safe to change while it is read.
 */
final class SignCodes {

    /** Bits of a dimension of the query; its rounding adds little to the error that the codes make. */
    private static final int PLANES = 4;

    /** Numbers of the coarse half: 1 / <s, row>, ones / <s, row>, margin. */
    private static final int COARSE = 3;

    /** Numbers of the fine half: the weights of both halves, the ones, margin. */
    private static final int FINE = 4;

    private static final int FULL_BLOCK = 4_096;

    private final Rotation rotation;
    private final int width;
    private final int words;
    private final double deviations;
    private final List<Block> blocks = new ArrayList<>();

    /** The codes of up to {@value #FULL_BLOCK} rows. */
    private final class Block {
        private final long[] coarse = new long[FULL_BLOCK * words];
        private final long[] fine = new long[FULL_BLOCK * words];
        private final float[] coarseNumbers = new float[FULL_BLOCK * COARSE];
        private final float[] fineNumbers = new float[FULL_BLOCK * FINE];
    }

    /** @param deviations how many standard deviations a bound lies above the estimate */
    SignCodes(int dimensions, double deviations) {
        this.rotation = new Rotation(dimensions);
        this.width = rotation.width();
        this.words = width / Long.SIZE;
        this.deviations = deviations;
    }

    /** How many bytes the codes of so many rows take. */
    long bytes(int rows) {
        long perRow = 2L * words * Long.BYTES + (COARSE + FINE) * Float.BYTES;
        return (rows + FULL_BLOCK - 1) / FULL_BLOCK * (FULL_BLOCK * perRow);
    }

    /** Sets the code of a row, at most one behind the last; {@code unit} is of length one, or all zero. */
    void set(int row, float[] unit) {
        if (row / FULL_BLOCK == blocks.size()) {
            blocks.add(new Block());
        }
        Block block = blocks.get(row / FULL_BLOCK);
        float[] rest = rotation.rotate(unit);
        int at = row % FULL_BLOCK;
        // sums of absolute values are <signs, vector>; a row without direction has none
        double coarseSum = setSigns(block.coarse, at, rest);
        double size = coarseSum / width;
        for (int i = 0; i < width; i++) {
            rest[i] -= (float) Math.copySign(size, rest[i]);
        }
        double fineSum = setSigns(block.fine, at, rest);
        setNumbers(block, at, coarseSum, fineSum);
    }

    /** Sets the bits of the dimensions that are not negative; returns the sum of the absolute values. */
    private double setSigns(long[] codes, int at, float[] values) {
        double sum = 0;
        for (int word = 0; word < words; word++) {
            long bits = 0;
            for (int bit = 0; bit < Long.SIZE; bit++) {
                float value = values[word * Long.SIZE + bit];
                sum += Math.abs(value);
                bits |= (long) (Float.floatToRawIntBits(value) >>> 31 ^ 1) << bit;
            }
            codes[at * words + word] = bits;
        }
        return Math.max(sum, 1e-6);
    }

    private void setNumbers(Block block, int at, double coarseSum, double fineSum) {
        block.coarseNumbers[at * COARSE] = (float) (1 / coarseSum);
        block.coarseNumbers[at * COARSE + 1] = (float) (ones(block.coarse, at) / coarseSum);
        block.coarseNumbers[at * COARSE + 2] = margin(width, coarseSum);
        // the code stands for s = coarse size * coarse signs + fine size * fine signs
        double coarseSize = coarseSum / width;
        double fineSize = fineSum / width;
        int agreeing = 0;
        for (int word = 0; word < words; word++) {
            agreeing += Long.bitCount(~(block.coarse[at * words + word] ^ block.fine[at * words + word]));
        }
        double both = coarseSize * fineSize * (2 * agreeing - width); // <coarse part, fine part>
        double coarseSquare = coarseSize * coarseSum;
        double withRow = coarseSquare + fineSize * fineSum + both;
        double squares = coarseSquare + fineSize * fineSum + 2 * both;
        block.fineNumbers[at * FINE] = (float) (coarseSquare / withRow);
        block.fineNumbers[at * FINE + 1] = (float) (fineSize / withRow);
        block.fineNumbers[at * FINE + 2] = ones(block.fine, at);
        block.fineNumbers[at * FINE + 3] = margin(squares, withRow);
    }

    private int ones(long[] codes, int at) {
        int ones = 0;
        for (int word = at * words; word < (at + 1) * words; word++) {
            ones += Long.bitCount(codes[word]);
        }
        return ones;
    }

    private float margin(double squares, double withRow) {
        double error = Math.max(0, squares / (withRow * withRow) - 1) / Math.max(1, width - 1);
        return (float) (deviations * Math.sqrt(error));
    }

    void copy(int fromRow, int toRow) {
        Block from = blocks.get(fromRow / FULL_BLOCK);
        Block to = blocks.get(toRow / FULL_BLOCK);
        int source = fromRow % FULL_BLOCK;
        int target = toRow % FULL_BLOCK;
        System.arraycopy(from.coarse, source * words, to.coarse, target * words, words);
        System.arraycopy(from.fine, source * words, to.fine, target * words, words);
        System.arraycopy(from.coarseNumbers, source * COARSE, to.coarseNumbers, target * COARSE, COARSE);
        System.arraycopy(from.fineNumbers, source * FINE, to.fineNumbers, target * FINE, FINE);
    }

    /** Gives back the memory of all rows from {@code rows} on. */
    void trim(int rows) {
        int needed = (rows + FULL_BLOCK - 1) / FULL_BLOCK;
        while (blocks.size() > needed) {
            blocks.remove(blocks.size() - 1);
        }
    }

    /** The query, ready to be compared with codes; {@code unit} is of length one. */
    Query query(float[] unit) {
        return new Query(rotation.rotate(unit));
    }

    /** A query in planes of bits: plane {@code p} holds bit {@code p} of each dimension. */
    final class Query {
        private final long[][] planes = new long[PLANES][words];
        private final float step;
        private final float lowest;
        /** The sum over the dimensions. */
        private final float total;

        private Query(float[] rotated) {
            float furthest = 0;
            for (float value : rotated) {
                furthest = Math.max(furthest, Math.abs(value));
            }
            this.lowest = -furthest;
            this.step = Math.max(2 * furthest / ((1 << PLANES) - 1), Float.MIN_NORMAL);
            long sum = 0;
            for (int i = 0; i < width; i++) {
                int level = Math.round((rotated[i] - lowest) / step);
                sum += level;
                for (int plane = 0; plane < PLANES; plane++) {
                    planes[plane][i / Long.SIZE] |= (long) (level >> plane & 1) << i % Long.SIZE;
                }
            }
            this.total = lowest * width + step * sum;
        }

        /** For each of the first {@code rows} rows what its cosine with the query is most probably not above. */
        float[] bounds(int rows) {
            var bounds = new float[rows];
            for (int from = 0; from < rows; from += FULL_BLOCK) {
                bound(blocks.get(from / FULL_BLOCK), bounds, from, Math.min(rows - from, FULL_BLOCK));
            }
            return bounds;
        }

        private void bound(Block block, float[] bounds, int from, int rows) {
            float[] numbers = block.coarseNumbers;
            for (int row = 0; row < rows; row++) {
                int at = row * COARSE;
                bounds[from + row] = numbers[at] * (2 * step * product(block.coarse, row * words) - total)
                        + 2 * lowest * numbers[at + 1]
                        + numbers[at + 2];
            }
        }

        /** A lower bound of the same meaning for one row, by both halves of its code. */
        float closerBound(int row, float bound) {
            Block block = blocks.get(row / FULL_BLOCK);
            int at = row % FULL_BLOCK;
            float[] numbers = block.fineNumbers;
            float coarse = bound - block.coarseNumbers[at * COARSE + 2];
            float fine = 2 * step * product(block.fine, at * words) + 2 * lowest * numbers[at * FINE + 2] - total;
            return numbers[at * FINE] * coarse + numbers[at * FINE + 1] * fine + numbers[at * FINE + 3];
        }

        /** The sum of the query's levels over the dimensions whose bit is set. */
        private int product(long[] codes, int from) {
            long[] ones = planes[0];
            long[] twos = planes[1];
            long[] fours = planes[2];
            long[] eights = planes[3];
            int one = 0;
            int two = 0;
            int four = 0;
            int eight = 0;
            for (int word = 0; word < ones.length; word++) {
                long code = codes[from + word];
                one += Long.bitCount(code & ones[word]);
                two += Long.bitCount(code & twos[word]);
                four += Long.bitCount(code & fours[word]);
                eight += Long.bitCount(code & eights[word]);
            }
            return one + 2 * two + 4 * four + 8 * eight;
        }
    }
}
