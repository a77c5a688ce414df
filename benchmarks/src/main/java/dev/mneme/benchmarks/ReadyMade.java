package dev.mneme.benchmarks;

import dev.mneme.memory.context.Embedder;

/** An embedder that is never asked, because all vectors of a measurement are ready-made; embedding is not measured. */
record ReadyMade(int dimensions) implements Embedder {

    @Override
    public float[] embed(String text) {
        throw new IllegalStateException("every vector of this measurement should be ready-made");
    }

    @Override
    public String fingerprint() {
        return "ready-made/" + dimensions;
    }
}
