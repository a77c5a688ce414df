package dev.mneme.benchmarks;

import dev.mneme.memory.context.Interaction;
import java.io.IOException;
import java.util.List;

/** A store of vectors that is measured beside ours, with the same records and questions. */
interface Peer extends AutoCloseable {

    /** What it is, with its version and settings. */
    String name();

    /** Adds records, each with a vector of its own. */
    void add(List<Interaction> turns) throws IOException;

    /** The ids of the ten nearest, best first. */
    List<String> nearest(float[] question) throws IOException;

    @Override
    void close() throws IOException;
}
