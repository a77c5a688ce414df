package dev.mneme.memory.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mneme.memory.context.spi.Vectors;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Search by codes, held against the comparison of every vector. */
@Timeout(600)
class DenseRowsTest {

    private static final int WANTED = 200;
    private static final int TOP = 10;
    private static final double ANY = -2;
    private static final long SEED = 20_261_121;

    private final SplittableRandom random = new SplittableRandom(SEED);

    /** A row and its cosine. */
    private record Found(int row, double cosine) {}

    @ParameterizedTest
    @CsvSource({"20000, 384, 25", "12000, 768, 15", "12000, 100, 25", "8000, 64, 25"})
    void ofRandomVectorsTheNearestAreFound(int rows, int dimensions, int questions) {
        assertThat(recall(rows, dimensions, questions, any -> direction(dimensions)))
                .as("recall@10, seed %d", SEED)
                .isGreaterThanOrEqualTo(0.98);
    }

    @ParameterizedTest
    @CsvSource({"20000, 384, 25", "12000, 768, 15", "12000, 100, 25", "8000, 64, 25"})
    void ofClusteredVectorsTheNearestAreFound(int rows, int dimensions, int questions) {
        List<float[]> centres = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            centres.add(direction(dimensions));
        }
        assertThat(recall(rows, dimensions, questions, any -> near(centres.get(random.nextInt(40)), 0.8)))
                .as("recall@10, seed %d", SEED)
                .isGreaterThanOrEqualTo(0.98);
    }

    @Test
    void ofSparseVectorsTheNearestAreFound() {
        assertThat(recall(12_000, 384, 25, any -> {
                    var vector = new float[384];
                    for (int i = 0; i < 8; i++) {
                        vector[random.nextInt(384)] += random.nextBoolean() ? 1 : -1;
                    }
                    vector[0] += 0.5f;
                    return Vectors.unit(vector);
                }))
                .as("recall@10, seed %d", SEED)
                .isGreaterThanOrEqualTo(0.98);
    }

    @ParameterizedTest
    @CsvSource({"100000, 768, r", "100000, 768, c", "1000000, 384, r"})
    void ofManyVectorsTheNearestAreFound(int rows, int dimensions, String kind) {
        assumeTrue(Boolean.getBoolean("mneme.long"), "takes gigabytes and minutes: -Dmneme.long=true");
        List<float[]> centres = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            centres.add(direction(dimensions));
        }
        assertThat(recall(
                        rows,
                        dimensions,
                        30,
                        any -> kind.equals("r") ? direction(dimensions) : near(centres.get(random.nextInt(200)), 0.8)))
                .as("recall@10, seed %d", SEED)
                .isGreaterThanOrEqualTo(0.98);
    }

    private double recall(int rows, int dimensions, int questions, Function<Integer, float[]> vectors) {
        var exact = new DenseRows(dimensions, Integer.MAX_VALUE);
        var coded = new DenseRows(dimensions, 1);
        for (int row = 0; row < rows; row++) {
            float[] vector = vectors.apply(row);
            exact.set(row, vector);
            coded.set(row, vector);
        }
        var all = new BitSet();
        all.set(0, rows);
        double found = 0;
        for (int i = 0; i < questions; i++) {
            float[] question = vectors.apply(-1 - i);
            // what ties with the tenth is as good as the tenth
            List<Found> truth = best(exact, question, all, WANTED, ANY);
            double tenth = truth.get(TOP - 1).cosine;
            found += best(coded, question, all, WANTED, ANY).stream()
                    .limit(TOP)
                    .filter(one -> one.cosine >= tenth)
                    .count();
        }
        return found / (questions * TOP);
    }

    @Test
    void whatIsFoundHasItsExactCosine() {
        var exact = new DenseRows(96, Integer.MAX_VALUE);
        var coded = new DenseRows(96, 1);
        fill(exact, coded, 5_000, 96);
        var all = new BitSet();
        all.set(0, 5_000);
        float[] question = direction(96);
        Map<Integer, Double> truth = new HashMap<>();
        best(exact, question, all, 5_000, ANY).forEach(one -> truth.put(one.row, one.cosine));
        assertThat(best(coded, question, all, WANTED, ANY))
                .hasSize(WANTED)
                .allSatisfy(one -> assertThat(one.cosine).isEqualTo(truth.get(one.row)));
    }

    @Test
    void onlyRowsThatAreAskedForAndSimilarEnoughAreFound() {
        var coded = new DenseRows(96, 1);
        fill(new DenseRows(96, Integer.MAX_VALUE), coded, 5_000, 96);
        float[] question = direction(96);
        var odd = new BitSet();
        for (int row = 1; row < 5_000; row += 2) {
            odd.set(row);
        }
        assertThat(best(coded, question, odd, WANTED, 0.1))
                .isNotEmpty()
                .allMatch(one -> one.row % 2 == 1 && one.cosine >= 0.1);
        assertThat(best(coded, question, odd, WANTED, 0.99)).isEmpty();
        assertThat(best(coded, question, new BitSet(), WANTED, ANY)).isEmpty();
    }

    @Test
    void asManyAsAreWantedAreFoundAndThoseWithoutDirectionNever() {
        var coded = new DenseRows(8, 1);
        for (int row = 0; row < 1_000; row++) {
            coded.set(row, row % 2 == 0 ? new float[8] : direction(8));
        }
        var all = new BitSet();
        all.set(0, 1_000);
        assertThat(best(coded, direction(8), all, 1_000, ANY)).hasSize(500).allMatch(one -> one.row % 2 == 1);
    }

    @Test
    void aHundredEqualVectorsAreAllFound() {
        var coded = new DenseRows(128, 1);
        fill(new DenseRows(128, Integer.MAX_VALUE), coded, 6_000, 128);
        float[] question = direction(128);
        for (int i = 0; i < 100; i++) {
            coded.set(i * 60, question);
        }
        var all = new BitSet();
        all.set(0, 6_000);
        assertThat(best(coded, question, all, WANTED, 0.9)).hasSize(100).allMatch(one -> one.row % 60 == 0);
    }

    @Test
    void codesFollowTheirRowsWhenThoseAreMovedTogether() {
        var exact = new DenseRows(70, Integer.MAX_VALUE);
        var coded = new DenseRows(70, 1);
        fill(exact, coded, 9_000, 70);
        for (int row = 0; row < 4_500; row++) {
            exact.copy(row * 2, row);
            coded.copy(row * 2, row);
        }
        exact.trim(4_500);
        coded.trim(4_500);
        for (int row = 4_500; row < 5_000; row++) {
            float[] vector = direction(70);
            exact.set(row, vector);
            coded.set(row, vector);
        }
        var all = new BitSet();
        all.set(0, 5_000);
        for (int i = 0; i < 20; i++) {
            float[] question = direction(70);
            assertThat(rows(best(coded, question, all, WANTED, ANY).subList(0, TOP)))
                    .as("seed %d, question %d", SEED, i)
                    .isEqualTo(rows(best(exact, question, all, WANTED, ANY).subList(0, TOP)));
        }
    }

    @Test
    void aFewRowsHaveNoCodes() {
        var few = new DenseRows(64, 100);
        fill(new DenseRows(64, Integer.MAX_VALUE), few, 99, 64);
        long without = few.bytes();
        few.set(99, direction(64));
        assertThat(few.bytes()).isGreaterThan(without + 4_096 * 16);
        few.trim(50);
        assertThat(few.bytes()).isLessThanOrEqualTo(without);
    }

    private void fill(DenseRows exact, DenseRows coded, int rows, int dimensions) {
        for (int row = 0; row < rows; row++) {
            float[] vector = direction(dimensions);
            exact.set(row, vector);
            coded.set(row, vector);
        }
    }

    private static List<Found> best(DenseRows rows, float[] question, BitSet among, int wanted, double floor) {
        Comparator<Found> worstFirst = Comparator.comparingDouble(Found::cosine);
        var best = new PriorityQueue<>(worstFirst);
        rows.search(question, among, wanted, floor, (row, cosine) -> {
            best.add(new Found(row, cosine));
            if (best.size() > wanted) {
                best.remove();
            }
            return best.size() < wanted ? ANY : best.element().cosine;
        });
        return best.stream()
                .sorted(worstFirst.reversed().thenComparing(Found::row))
                .collect(Collectors.toList());
    }

    private static List<Integer> rows(List<Found> found) {
        return found.stream().map(Found::row).toList();
    }

    private float[] near(float[] centre, double noise) {
        float[] vector = direction(centre.length);
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (centre[i] + noise * vector[i]);
        }
        return Vectors.unit(vector);
    }

    private float[] direction(int dimensions) {
        var vector = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return Vectors.unit(vector);
    }
}
