package dev.mneme.memory.lucene;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.lucene.index.DirectoryReader;

/**
 * The index as it stood at one moment: all writes with a ticket below {@code covered} are in it, and to its users none
 * with a later one.
 */
final class View implements AutoCloseable {

    final DirectoryReader reader;
    final long covered;

    View(DirectoryReader reader, long covered) {
        this.reader = reader;
        this.covered = covered;
    }

    /** Gives back one use; the last one closes the files. */
    @Override
    public void close() {
        try {
            reader.decRef();
        } catch (IOException e) {
            throw new UncheckedIOException("closing the files of an index failed", e);
        }
    }
}
