package dev.mneme.memory.context;

import java.util.List;

/**
 * Turns text into a vector whose direction stands for what the text is about; the port to a host's embedding model.
 *
 * <p>Implementations must be safe to share between threads. They may block, and should bound how long; stores call them
 * on the caller's thread and under no lock. What they throw reaches the caller as it is, and nothing is written.
 */
public interface Embedder {

    /** How many numbers each vector has; at least 1, always the same. */
    int dimensions();

    /**
     * The vector of one text: {@link #dimensions()} finite numbers, not necessarily of length one. All zeros say that the
     * text has nothing to embed; it is then found by its words alone.
     */
    float[] embed(String text);

    /** The vectors of many texts, in their order; override it where a batch is cheaper than one by one. */
    default List<float[]> embedAll(List<String> texts) {
        return texts.stream().map(this::embed).toList();
    }

    /**
     * What a vector of this embedder may be compared with: the model with its version, the dimensions, and the
     * normalisation, such as {@code gte-small-1/384/l2}. A store keeps it and refuses to open with another. At most 256
     * characters, no secrets.
     */
    String fingerprint();

    /**
     * How much nearness by this embedder counts in a search beside the words, which count 1, unless the query says {@link
     * ContextQuery#weights otherwise}: 0, or from 0.001 to 1000, always the same; 1 by default.
     */
    default double weight() {
        return 1;
    }
}
