package dev.mneme.memory.context;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/** A hashing embedder that counts its calls and can be made to spoil its answers. Safe to share between threads. */
public final class WatchedEmbedder implements Embedder {

    /** The dimensions of its vectors. */
    public static final int DIMENSIONS = 64;

    private final Embedder embedder = HashingEmbedder.ofDimensions(DIMENSIONS);
    private final AtomicInteger batches = new AtomicInteger();
    private final AtomicInteger texts = new AtomicInteger();
    private final AtomicReference<UnaryOperator<List<float[]>>> spoil = new AtomicReference<>(UnaryOperator.identity());

    /** From now on answers are what this makes of them. */
    public void spoil(UnaryOperator<List<float[]>> how) {
        spoil.set(how);
    }

    /** How often it was asked, for one text or many. */
    public int batches() {
        return batches.get();
    }

    /** How many texts it was asked for in all. */
    public int texts() {
        return texts.get();
    }

    @Override
    public int dimensions() {
        return DIMENSIONS;
    }

    @Override
    public float[] embed(String text) {
        return embedAll(List.of(text)).get(0);
    }

    @Override
    public List<float[]> embedAll(List<String> asked) {
        batches.incrementAndGet();
        texts.addAndGet(asked.size());
        return spoil.get().apply(asked.stream().map(embedder::embed).toList());
    }

    @Override
    public double weight() {
        return embedder.weight();
    }

    @Override
    public String fingerprint() {
        return embedder.fingerprint();
    }
}
