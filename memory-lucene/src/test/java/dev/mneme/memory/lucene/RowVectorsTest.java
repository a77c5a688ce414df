package dev.mneme.memory.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.context.spi.Vectors;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowVectorsTest {

    @ParameterizedTest
    @CsvSource({"1, 9000", "3, 4097", "7, 65", "17, 8193", "384, 129", "1536, 70"})
    void everyRowIsKeptHoweverMany(int dimensions, int rows) {
        var vectors = new RowVectors(dimensions);
        for (int row = 0; row < rows; row++) {
            vectors.set(row, vector(dimensions, row));
        }
        areThere(vectors, dimensions, 0, rows, 0);
    }

    @ParameterizedTest
    @CsvSource({"3, 9000, 4096", "5, 9000, 4095", "5, 9000, 4097", "2, 100, 1", "2, 100, 0"})
    void rowsCanBeMovedTogetherAndFollowedByNewOnes(int dimensions, int rows, int kept) {
        var vectors = new RowVectors(dimensions);
        for (int row = 0; row < rows; row++) {
            vectors.set(row, vector(dimensions, row));
        }
        int moved = rows - kept;
        for (int row = 0; row < kept; row++) {
            vectors.copy(row + moved, row);
        }
        vectors.trim(kept);
        areThere(vectors, dimensions, 0, kept, moved);
        for (int row = kept; row < rows; row++) {
            vectors.set(row, vector(dimensions, row));
        }
        areThere(vectors, dimensions, 0, kept, moved);
        areThere(vectors, dimensions, kept, rows, 0);
    }

    private static void areThere(RowVectors vectors, int dimensions, int from, int to, int moved) {
        float[] query = vector(dimensions, -1);
        for (int row = from; row < to; row++) {
            assertThat(vectors.cosine(query, row)).isEqualTo(Vectors.cosine(query, vector(dimensions, row + moved), 0));
        }
    }

    private static float[] vector(int dimensions, int seed) {
        var random = new Random(seed);
        var vector = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return Vectors.unit(vector);
    }
}
