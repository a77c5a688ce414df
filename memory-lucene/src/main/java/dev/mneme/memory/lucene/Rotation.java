package dev.mneme.memory.lucene;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * One fixed random rotation of vectors: it keeps their lengths and angles, and spreads whatever is special about single
 * dimensions evenly over all of them. Without it a sign would say much of one vector and little of another, as of a vector
 * that is mostly zeros.
 *
 * <p>A matrix of random numbers would do, at a multiplication for each of its entries. This is made of random changes of
 * sign and Hadamard transforms, which take additions only, and few of them. The signs come from a fixed seed, so that codes
 * made by two rotations of as many dimensions can be compared.
 */
final class Rotation {

    /** One transform does not reach all dimensions unless they are a power of two; the last makes up for the first two. */
    private static final int ROUNDS = 3;

    private final int width;
    /** How many dimensions one transform takes: the highest power of two within the width. */
    private final int window;

    private final float[][] signs = new float[ROUNDS][];

    Rotation(int dimensions) {
        this.width = (dimensions + Long.SIZE - 1) / Long.SIZE * Long.SIZE;
        this.window = Integer.highestOneBit(width);
        var random = new SplittableRandom(4_111);
        float scale = (float) (1 / Math.sqrt(window));
        for (int round = 0; round < ROUNDS; round++) {
            signs[round] = new float[width];
            for (int i = 0; i < width; i++) {
                // the scale of the transform goes along with the sign, where there is a transform
                boolean transformed = i >= from(round) && i < from(round) + window;
                signs[round][i] = (random.nextBoolean() ? 1 : -1) * (transformed ? scale : 1);
            }
        }
    }

    /** The number of dimensions of what was rotated: those that went in, filled up to whole words of bits. */
    int width() {
        return width;
    }

    /** The vector, rotated; a copy. */
    float[] rotate(float[] vector) {
        float[] rotated = Arrays.copyOf(vector, width);
        for (int round = 0; round < ROUNDS; round++) {
            float[] sign = signs[round];
            for (int i = 0; i < width; i++) {
                rotated[i] *= sign[i];
            }
            transform(rotated, from(round), window);
        }
        return rotated;
    }

    /** The first dimension that a round transforms: the windows lie at both ends in turn, and overlap in the middle. */
    private int from(int round) {
        return round % 2 == 0 ? 0 : width - window;
    }

    /** The Hadamard transform of a part, in place, not scaled. */
    private static void transform(float[] values, int from, int length) {
        for (int half = 1; half < length; half *= 2) {
            for (int start = from; start < from + length; start += 2 * half) {
                for (int i = start; i < start + half; i++) {
                    float one = values[i];
                    float other = values[i + half];
                    values[i] = one + other;
                    values[i + half] = one - other;
                }
            }
        }
    }
}
