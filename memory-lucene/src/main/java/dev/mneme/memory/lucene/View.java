package dev.mneme.memory.lucene;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.lucene.index.DirectoryReader;

/**
 * The index as it stood at one moment: all writes with a ticket below {@code covered} are in it, and to its users none
 * with a later one.
 *
 * <p>Counted: whoever takes it closes it, and the last one lets go of the reader. Letting go deletes files that nobody
 * needs any more, and must not happen on a thread that can be interrupted: so it is left to {@code release}.
 */
final class View implements AutoCloseable {

    final DirectoryReader reader;
    final long covered;
    private final Consumer<DirectoryReader> release;
    private final AtomicInteger uses = new AtomicInteger(1);

    View(DirectoryReader reader, long covered, Consumer<DirectoryReader> release) {
        this.reader = reader;
        this.covered = covered;
        this.release = release;
    }

    /** Adds a use, unless the last one has ended. */
    boolean tryUse() {
        int now = uses.get();
        while (now > 0) {
            if (uses.compareAndSet(now, now + 1)) {
                return true;
            }
            now = uses.get();
        }
        return false;
    }

    /** Ends a use. */
    @Override
    public void close() {
        if (uses.decrementAndGet() == 0) {
            release.accept(reader);
        }
    }
}
