package dev.mneme.memory.context.transfer;

import dev.mneme.AgentKey;
import dev.mneme.Tenant;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextStore;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.transfer.ContextLines.Head;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Writes the memories of a store into a file of JSON lines, from which {@link ContextImport} fills any store.
 *
 * <p>Agents come in the order of their keys, an agent's records the oldest first, and each record has one form: of two
 * stores that hold the same, the files are the same to the byte. In the file is what hosts gave: also the vectors that they
 * gave, unless left out; those that the store's embedder made are not, for it can make them again.
 *
 * <p>A page of records is in memory at a time. What is added or removed meanwhile may be in the file or not; each record is
 * whole. The file has the users' words in clear: its keeping and its erasure are the host's.
 *
 * <p>Immutable: each call that takes a setting returns a copy.
 */
public final class ContextExport {

    private static final int AGENTS = 1_000;
    private static final int PAGE = 500;

    private final ContextStore store;
    private final Predicate<AgentKey> wanted;
    private final boolean vectors;

    private ContextExport(ContextStore store, Predicate<AgentKey> wanted, boolean vectors) {
        this.store = store;
        this.wanted = wanted;
        this.vectors = vectors;
    }

    /** Of all agents of the store. */
    public static ContextExport of(ContextStore store) {
        return new ContextExport(store, any -> true, true);
    }

    /** Of one agent alone. */
    public ContextExport agent(AgentKey agent) {
        return new ContextExport(store, agent::equals, vectors);
    }

    /** Of the agents of one tenant: what a user may ask for. */
    public ContextExport tenant(Tenant tenant) {
        return new ContextExport(store, key -> key.tenant().equals(tenant), vectors);
    }

    /** Leaves out the vectors that hosts gave too; records without words are then left out entirely. */
    public ContextExport withoutVectors() {
        return new ContextExport(store, wanted, false);
    }

    /**
     * Writes the file, beside its place first: it is there whole, on disk, or as it was before.
     *
     * @param file replaced if it is there; its folder must be
     * @throws ContextFileException if the file cannot be written
     */
    public ExportReceipt to(Path file) {
        Path target = file.toAbsolutePath();
        try {
            return WholeFile.replace(target, this::write);
        } catch (IOException e) {
            throw new ContextFileException(target + " cannot be written", e);
        }
    }

    private ExportReceipt write(OutputStream out) throws IOException {
        var lines = new ContextLines.Writer(out, new Head(store.fingerprint(), vectors));
        long agents = 0;
        long records = 0;
        List<AgentKey> page = store.agents(Optional.empty(), AGENTS);
        while (!page.isEmpty()) {
            for (AgentKey key : page) {
                long before = records;
                records += wanted.test(key) ? write(key, lines) : 0;
                agents += records > before ? 1 : 0;
            }
            page = store.agents(Optional.of(page.get(page.size() - 1)), AGENTS);
        }
        lines.end();
        return new ExportReceipt(agents, records);
    }

    private long write(AgentKey key, ContextLines.Writer lines) throws IOException {
        AgentContext agent = store.agent(key);
        long records = 0;
        List<Interaction> page = agent.scroll(PAGE);
        while (!page.isEmpty()) {
            for (Interaction interaction : page) {
                if (vectors || !interaction.text().isBlank()) {
                    lines.write(key, interaction);
                    records++;
                }
            }
            page = agent.scroll(page.get(page.size() - 1), PAGE);
        }
        return records;
    }
}
