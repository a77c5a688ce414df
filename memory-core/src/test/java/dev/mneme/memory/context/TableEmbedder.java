package dev.mneme.memory.context;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * An embedder whose vectors a test writes down itself: a text's vector is the sum of those of its words, and a word that
 * is not in the table adds nothing. Immutable.
 */
public final class TableEmbedder implements Embedder {

    private final int dimensions;
    private final Map<String, float[]> table;
    private final double weight;

    private TableEmbedder(int dimensions, Map<String, float[]> table, double weight) {
        this.dimensions = dimensions;
        this.table = table;
        this.weight = weight;
    }

    /** An embedder that knows no word, and counts as much as the words of a question do. */
    public static TableEmbedder ofDimensions(int dimensions) {
        return new TableEmbedder(dimensions, Map.of(), 1);
    }

    /** This table and one word more, in lower case. */
    public TableEmbedder word(String word, float... vector) {
        if (vector.length != dimensions) {
            throw new IllegalArgumentException("a row must have " + dimensions + " numbers, had " + vector.length);
        }
        var grown = new HashMap<>(table);
        grown.put(word, vector.clone());
        return new TableEmbedder(dimensions, grown, weight);
    }

    /** This table with another weight of itself. */
    public TableEmbedder weighing(double weight) {
        return new TableEmbedder(dimensions, table, weight);
    }

    @Override
    public double weight() {
        return weight;
    }

    @Override
    public int dimensions() {
        return dimensions;
    }

    @Override
    public float[] embed(String text) {
        var sum = new float[dimensions];
        for (String word : text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+")) {
            float[] row = table.getOrDefault(word, new float[dimensions]);
            for (int i = 0; i < dimensions; i++) {
                sum[i] += row[i];
            }
        }
        return sum;
    }

    @Override
    public String fingerprint() {
        return "table/" + dimensions;
    }
}
