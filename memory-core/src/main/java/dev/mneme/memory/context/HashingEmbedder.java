package dev.mneme.memory.context;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An embedder that needs no model and no download: words and their letter groups, hashed into a vector.
 *
 * <p><b>It is lexical, not semantic.</b> Texts are near each other if they share words, word forms, or spellings (a typo, a
 * shared root, a compound); "car" and "automobile" are strangers to it, and so are translations. It is there so that
 * everything works at once, offline and in microseconds; a host that wants meaning passes its own {@link Embedder}.
 *
 * <p>Each word's stem, and each group of {@value #MIN_GRAM} to {@value #MAX_GRAM} letters of the word with its borders
 * marked, adds plus or minus its weight at the dimension its hash names (feature hashing, Weinberger et al., 2009). The
 * vector is scaled to length one; it is all zero if the text has no words.
 *
 * <p>Immutable, deterministic over processes and machines, and safe to share between threads.
 */
public final class HashingEmbedder implements Embedder {

    private static final int MIN_GRAM = 3;
    private static final int MAX_GRAM = 5;

    /** A word has one stem and some ten groups; this weight lets the stem count about as much as its groups together. */
    private static final double STEM_WEIGHT = 3;

    private final int dimensions;

    private HashingEmbedder(int dimensions) {
        this.dimensions = dimensions;
    }

    /**
     * @param dimensions from 16 to 4096; more tell more texts apart, 384 is a fair start
     * @throws IllegalArgumentException if the dimensions are out of range
     */
    public static HashingEmbedder ofDimensions(int dimensions) {
        if (dimensions < 16 || dimensions > 4096) {
            throw new IllegalArgumentException("dimensions must be from 16 to 4096, was " + dimensions);
        }
        return new HashingEmbedder(dimensions);
    }

    @Override
    public int dimensions() {
        return dimensions;
    }

    @Override
    public String fingerprint() {
        return "mneme-hashing-2/" + dimensions + "/l2";
    }

    /** A tenth of the words' weight: it helps where spellings differ, and must not outvote words that match. */
    @Override
    public double weight() {
        return 0.1;
    }

    @Override
    public float[] embed(String text) {
        // in the order of the text: sums of floating point numbers depend on the order
        Map<String, Double> weights = new LinkedHashMap<>();
        List<String> words = RussianEnglishAnalyzer.words(text);
        for (String stem : RussianEnglishAnalyzer.INSTANCE.terms(text)) {
            weights.merge(stem, STEM_WEIGHT, Double::sum);
        }
        for (String word : words) {
            addGrams('<' + word + '>', weights);
        }
        var sums = new double[dimensions];
        weights.forEach((feature, weight) -> {
            long hash = hash(feature);
            // the square root: a word said four times tells twice as much as one said once
            double damped = Math.sqrt(weight);
            sums[(int) Long.remainderUnsigned(hash >>> 1, dimensions)] += (hash & 1) == 0 ? damped : -damped;
        });
        return unit(sums);
    }

    private static void addGrams(String word, Map<String, Double> weights) {
        for (int length = MIN_GRAM; length <= MAX_GRAM; length++) {
            for (int start = 0; start + length <= word.length(); start++) {
                // the leading digit keeps a group apart from a stem of the same letters
                weights.merge(length + word.substring(start, start + length), 1.0, Double::sum);
            }
        }
    }

    private static float[] unit(double[] sums) {
        double squares = 0;
        for (double sum : sums) {
            squares += sum * sum;
        }
        var vector = new float[sums.length];
        if (squares == 0) {
            return vector;
        }
        double scale = 1 / Math.sqrt(squares);
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (sums[i] * scale);
        }
        return vector;
    }

    /** FNV-1a over the characters, then the finalizer of MurmurHash3, which FNV needs for its low bits. */
    private static long hash(String feature) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < feature.length(); i++) {
            hash = (hash ^ feature.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return hash ^ (hash >>> 33);
    }
}
