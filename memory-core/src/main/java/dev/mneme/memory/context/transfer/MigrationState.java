package dev.mneme.memory.context.transfer;

import dev.mneme.AgentKey;
import dev.mneme.Tenant;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.transfer.StoreCopy.Cursor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * How far a migration is, in a small file that is replaced as a whole and synced, so that a killed process leaves the last
 * state that was told; or in memory alone.
 *
 * <p>Safe to share between threads; its lock is held while the file is written.
 */
final class MigrationState {

    private static final int VERSION = 1;
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final ReentrantLock lock = new ReentrantLock();
    private final Optional<Path> file;
    private final String from;
    private final String to;
    private volatile MigrationPhase phase = MigrationPhase.COPYING;
    private volatile Optional<Cursor> cursor = Optional.empty();

    /**
     * @param from the fingerprint of the old store's embedder
     * @param to that of the new one's
     * @throws ContextFileException if the file cannot be read, or is that of another migration
     */
    MigrationState(Optional<Path> file, String from, String to) {
        this.file = file.map(Path::toAbsolutePath);
        this.from = from;
        this.to = to;
        this.file.filter(Files::exists).ifPresent(this::load);
    }

    MigrationPhase phase() {
        return phase;
    }

    /** Where the first pass is; empty at its beginning. */
    Optional<Cursor> cursor() {
        return cursor;
    }

    void at(Cursor reached) {
        set(phase, Optional.of(reached));
    }

    /** The pass is over. */
    void passed() {
        set(phase, Optional.empty());
    }

    /** The cursor is that of the phase before, and is forgotten. */
    void phase(MigrationPhase next) {
        set(next, Optional.empty());
    }

    /** Begins the pass anew if its place names an agent of this tenant. */
    void forget(Tenant tenant) {
        lock.lock();
        try {
            if (cursor.filter(at -> at.agent().tenant().equals(tenant)).isPresent()) {
                set(phase, Optional.empty());
            }
        } finally {
            lock.unlock();
        }
    }

    private void set(MigrationPhase next, Optional<Cursor> reached) {
        lock.lock();
        try {
            save(next, reached);
            cursor = reached;
            phase = next;
        } finally {
            lock.unlock();
        }
    }

    private void load(Path path) {
        try {
            JsonNode state = MAPPER.readTree(Files.readString(path));
            if (state.path("mneme-migration").intValue(0) != VERSION) {
                throw new ContextFileException(
                        path + " must be the state of a migration of version " + VERSION + ", is not", null);
            }
            check(path, "from", state.path("from").stringValue(""), from);
            check(path, "to", state.path("to").stringValue(""), to);
            phase = MigrationPhase.valueOf(state.path("phase").stringValue(""));
            if (state.has("agent")) {
                AgentKey agent = AgentKey.of(
                        state.path("tenant").stringValue(""),
                        state.path("agent").stringValue(""));
                Interaction after = Interaction.of(state.path("id").stringValue(""), "")
                        .time(Instant.parse(state.path("time").stringValue("")));
                cursor = Optional.of(new Cursor(agent, after));
            }
        } catch (JacksonException | DateTimeException | IllegalArgumentException e) {
            throw new ContextFileException(
                    path + " must be the state of a migration, is damaged; delete it to begin anew", null);
        } catch (IOException e) {
            throw new ContextFileException(path + " cannot be read", e);
        }
    }

    private static void check(Path path, String end, String stored, String given) {
        if (!stored.equals(given)) {
            throw new ContextFileException(
                    path + " must be the state of a migration " + end + " '" + given + "', was " + end + " '" + stored
                            + "'; delete it to begin anew",
                    null);
        }
    }

    private void save(MigrationPhase next, Optional<Cursor> reached) {
        if (file.isEmpty()) {
            return;
        }
        ObjectNode state = MAPPER.createObjectNode()
                .put("mneme-migration", VERSION)
                .put("from", from)
                .put("to", to)
                .put("phase", next.name());
        reached.ifPresent(at -> state.put("tenant", at.agent().tenant().id())
                .put("agent", at.agent().agent())
                .put("time", at.after().time().map(Instant::toString).orElse(null))
                .put("id", at.after().id()));
        write(file.get(), state.toString());
    }

    private static void write(Path path, String text) {
        try {
            @Nullable Path folder = path.getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            WholeFile.replace(path, out -> {
                out.write(text.getBytes(StandardCharsets.UTF_8));
                return path;
            });
        } catch (IOException e) {
            throw new ContextFileException(path + " cannot be written", e);
        }
    }
}
