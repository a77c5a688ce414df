package dev.mneme.memory.context.transfer;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.Additions;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextStore;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.transfer.ContextLines.Head;
import dev.mneme.memory.context.transfer.RecordJson.Line;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Fills a store from a file that {@link ContextExport} wrote.
 *
 * <p>The file is read twice: once to see that it is whole and can be understood, before anything is written, then to add
 * its records. Where a record is there already the newer one stays, as in {@link AgentContext#addAll}; so an import that
 * was broken off can be begun again. The store's embedder makes the vectors of all records that were given none.
 *
 * <p>Immutable: each call that takes a setting returns a copy.
 */
public final class ContextImport {

    private static final int DEFAULT_BATCH = 256;

    private final Path file;
    private final int batch;

    private ContextImport(Path file, int batch) {
        this.file = file;
        this.batch = batch;
    }

    public static ContextImport from(Path file) {
        return new ContextImport(file, DEFAULT_BATCH);
    }

    /**
     * How many records go into the store by one call; {@value #DEFAULT_BATCH} by default.
     *
     * @throws IllegalArgumentException if it is not from 1 to {@value AgentContext#MAX_BATCH}
     */
    public ContextImport batch(int records) {
        if (records < 1 || records > AgentContext.MAX_BATCH) {
            throw new IllegalArgumentException(
                    "batch must be from 1 to " + AgentContext.MAX_BATCH + " records, was " + records);
        }
        return new ContextImport(file, records);
    }

    /**
     * Adds all records of the file.
     *
     * @throws ContextFileException if the file cannot be read, was cut, is damaged, or holds given vectors and was written
     *     from a store with another embedder; then nothing was added
     * @throws IllegalArgumentException as {@link AgentContext#addAll}; records before that batch were added
     */
    public ImportReceipt into(ContextStore store) {
        check(store.fingerprint());
        try (ContextLines.Reader lines = open()) {
            lines.head();
            Additions additions = Additions.none();
            long agents = 0;
            long records = 0;
            var pending = new ArrayList<Interaction>();
            Optional<AgentKey> at = Optional.empty();
            for (Optional<Line> line = lines.read(); line.isPresent(); line = lines.read()) {
                AgentKey agent = line.get().agent();
                boolean isAnother = at.isEmpty() || !at.get().equals(agent);
                if (isAnother || pending.size() == batch) {
                    additions = additions.and(flush(store, at, pending));
                }
                agents += isAnother ? 1 : 0;
                records++;
                at = Optional.of(agent);
                pending.add(line.get().interaction());
            }
            additions = additions.and(flush(store, at, pending));
            return new ImportReceipt(agents, records, additions);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static Additions flush(ContextStore store, Optional<AgentKey> agent, List<Interaction> pending) {
        if (agent.isEmpty() || pending.isEmpty()) {
            return Additions.none();
        }
        Additions additions = store.agent(agent.get()).addAll(pending);
        pending.clear();
        return additions;
    }

    private void check(String fingerprint) {
        try (ContextLines.Reader lines = open()) {
            Head head = lines.head();
            boolean comparable = head.embedder().equals(fingerprint);
            for (Optional<Line> line = lines.read(); line.isPresent(); line = lines.read()) {
                if (!comparable && line.get().interaction().vector().isPresent()) {
                    throw new ContextFileException(
                            file + " holds vectors of the embedder '" + head.embedder()
                                    + "', which cannot be compared with those of '" + fingerprint
                                    + "'; export it withoutVectors() to have them made anew",
                            null);
                }
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private ContextLines.Reader open() throws IOException {
        return new ContextLines.Reader(file);
    }

    private ContextFileException unreadable(IOException e) {
        return new ContextFileException(file + " cannot be read", e);
    }
}
