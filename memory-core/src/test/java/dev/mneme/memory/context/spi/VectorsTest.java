package dev.mneme.memory.context.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class VectorsTest {

    @Test
    void aDotProductIsThePlainSumForEveryLengthAndOffset() {
        long seed = 5;
        var random = new Random(seed);
        for (int length = 1; length <= 40; length++) {
            for (int offset = 0; offset <= 9; offset++) {
                float[] query = vector(random, length);
                float[] rows = vector(random, offset + length + 3);
                double sum = 0;
                for (int i = 0; i < length; i++) {
                    sum += (double) query[i] * rows[offset + i];
                }
                assertThat((double) Vectors.dot(query, rows, offset))
                        .as("seed %d, length %d, offset %d", seed, length, offset)
                        .isCloseTo(sum, within(1e-5));
            }
        }
    }

    @Test
    void aUnitVectorHasLengthOneAndKeepsItsDirection() {
        assertThat(Vectors.unit(new float[] {3, 4})).containsExactly(0.6f, 0.8f);
        assertThat(Vectors.unit(new float[] {0, -1e-38f})).containsExactly(0, -1);
        assertThat(Vectors.unit(new float[] {Float.MIN_VALUE})).containsExactly(1);
        assertThat(Vectors.unit(new float[] {Float.MAX_VALUE, 0, 0})).containsExactly(1, 0, 0);
        for (int i = 0; i < 100; i++) {
            float[] unit = Vectors.unit(vector(new Random(i), 1 + i));
            assertThat((double) Vectors.dot(unit, unit, 0)).as("seed %d", i).isCloseTo(1, within(1e-6));
        }
    }

    @Test
    void allZerosStayAllZeros() {
        assertThat(Vectors.unit(new float[3])).containsExactly(0, 0, 0);
    }

    @Test
    void makingAUnitVectorLeavesTheGivenOneAlone() {
        float[] given = {3, 4};
        Vectors.unit(given);
        float[] zeros = new float[2];
        Vectors.unit(zeros)[0] = 1;

        assertThat(given).containsExactly(3, 4);
        assertThat(zeros).containsExactly(0, 0);
    }

    @Test
    void onlyAllZerosAreZero() {
        assertThat(Vectors.isZero(new float[] {0, -0.0f})).isTrue();
        assertThat(Vectors.isZero(new float[] {0, Float.MIN_VALUE})).isFalse();
    }

    private static float[] vector(Random random, int length) {
        var vector = new float[length];
        for (int i = 0; i < length; i++) {
            vector[i] = random.nextFloat() * 2 - 1;
        }
        return vector;
    }
}
