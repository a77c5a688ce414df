package dev.mneme.memory.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.context.spi.Vectors;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How close the bounds that codes give lie above the cosines, for vectors of several kinds. */
class SignCodesTest {

    private static final int ROWS = 2_000;
    private static final int DIMENSIONS = 384;

    private final SplittableRandom random = new SplittableRandom(42);

    enum Kind {
        RANDOM,
        SPARSE,
        FROM_A_FEW_DIMENSIONS,
        POSITIVE
    }

    @ParameterizedTest
    @EnumSource
    void boundsAreSeldomBelowTheCosineAndNotFarAbove(Kind kind) {
        Supplier<float[]> vectors = () -> vector(kind);
        var codes = new SignCodes(DIMENSIONS, 2);
        var rows = new RowVectors(DIMENSIONS);
        for (int row = 0; row < ROWS; row++) {
            float[] vector = vectors.get();
            codes.set(row, vector);
            rows.set(row, vector);
        }
        float[] question = vectors.get();
        SignCodes.Query query = codes.query(question);
        float[] bounds = query.bounds(ROWS);
        int below = 0;
        int closerBelow = 0;
        double above = 0;
        double closerAbove = 0;
        for (int row = 0; row < ROWS; row++) {
            double cosine = rows.cosine(question, row);
            double closer = query.closerBound(row, bounds[row]);
            below += bounds[row] < cosine ? 1 : 0;
            closerBelow += closer < cosine ? 1 : 0;
            above += (bounds[row] - cosine) / ROWS;
            closerAbove += (closer - cosine) / ROWS;
        }
        assertThat(below / (double) ROWS).as("%s, coarse", kind).isLessThan(0.05);
        assertThat(closerBelow / (double) ROWS).as("%s, fine", kind).isLessThan(0.05);
        // two standard deviations of what one bit and two bits of 384 random dimensions leave open
        assertThat(above).as("%s, coarse", kind).isBetween(0.06, 0.10);
        assertThat(closerAbove).as("%s, fine", kind).isBetween(0.02, 0.055);
    }

    private float[] vector(Kind kind) {
        var vector = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            double value = random.nextGaussian();
            boolean isLeftOut =
                    (kind == Kind.SPARSE && random.nextInt(48) != 0) || (kind == Kind.FROM_A_FEW_DIMENSIONS && i >= 24);
            vector[i] = isLeftOut ? 0 : (float) (kind == Kind.POSITIVE ? Math.abs(value) : value);
        }
        vector[0] += 0.01f; // none is without direction
        return Vectors.unit(vector);
    }
}
