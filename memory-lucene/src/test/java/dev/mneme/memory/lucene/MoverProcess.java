package dev.mneme.memory.lucene;

import dev.mneme.memory.context.HashingEmbedder;
import dev.mneme.memory.context.transfer.ContextMigration;
import dev.mneme.memory.context.transfer.HookedStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * A process that moves one store into another. At each step it prints what it is at, and goes on when a line comes in; so
 * it can be killed exactly there.
 */
final class MoverProcess {

    static final int BATCH = 10;

    private MoverProcess() {}

    /** The folder that has both stores and the state. */
    public static void main(String[] arguments) {
        Path folder = Path.of(arguments[0]);
        try (LuceneContextStore old = open(folder, "old");
                LuceneContextStore made = open(folder, "new")) {
            var hooked = new HookedStore(made);
            hooked.beforeWriting(() -> stop("before a batch is written"));
            hooked.afterWriting(() -> stop("after a batch was written"));
            ContextMigration.from(old)
                    .to(hooked)
                    .batch(BATCH)
                    .stateIn(folder.resolve("state"))
                    .onProgress(progress -> stop("after its place was noted"))
                    .run();
            System.out.println("done");
        }
    }

    /** The old store has another embedder than the new one, and so other vectors. */
    static LuceneContextStore open(Path folder, String name) {
        return LuceneContextStore.open(
                folder.resolve(name), HashingEmbedder.ofDimensions(name.equals("old") ? 16 : 32));
    }

    private static void stop(String where) {
        System.out.println(where);
        System.out.flush();
        try {
            for (int read = System.in.read(); read != '\n'; read = System.in.read()) {
                if (read < 0) {
                    throw new IllegalStateException("nobody says go on");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
