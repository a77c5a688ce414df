package dev.mneme.memory.qdrant;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mneme.memory.context.spi.Bm25;
import dev.mneme.memory.context.spi.Terms;
import io.qdrant.client.grpc.Points.SparseVector;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.zip.CRC32C;

/**
 * Words as sparse vectors, made on this side by the store's own analyzer: a dimension for each term, the saturated count of
 * the term in a record, and how telling the term is in a question. Their product is BM25 but for the mean length of the
 * asking agent's records, in whose place stands a fixed one: it is good for choosing candidates, whose scores are then
 * reckoned exactly.
 *
 * <p>A dimension is a hash of 32 bits; two terms that share one cost a candidate its place, and nothing else.
 */
final class SparseWords {

    /** How long a record is taken to be that is as long as most: a turn of a conversation, in terms. */
    private static final double NOMINAL_LENGTH = 16;

    private SparseWords() {}

    static SparseVector of(Terms terms) {
        var bm25 = new Bm25(NOMINAL_LENGTH);
        return vector(terms.counts(), term -> bm25.score(1, terms.counts().getOrDefault(term, 1), terms.length()));
    }

    /** A question's words, each with its weight above 0. */
    static SparseVector of(Map<String, Double> weights) {
        return vector(weights, term -> weights.getOrDefault(term, 0.0));
    }

    /** A term as a value that the server can hold. */
    static String written(String term) {
        return Names.readable(term);
    }

    private static SparseVector vector(Map<String, ?> terms, ToDoubleFunction<String> weight) {
        // sorted, because a server may want it so; and no dimension may stand there twice
        Map<Integer, Float> values = new TreeMap<>(Integer::compareUnsigned);
        for (String term : terms.keySet()) {
            values.merge(dimension(term), (float) weight.applyAsDouble(term), Math::max);
        }
        var vector = SparseVector.newBuilder();
        values.forEach((dimension, value) -> vector.addIndices(dimension).addValues(value));
        return vector.build();
    }

    private static int dimension(String term) {
        var hash = new CRC32C();
        hash.update(written(term).getBytes(UTF_8));
        return (int) hash.getValue();
    }
}
