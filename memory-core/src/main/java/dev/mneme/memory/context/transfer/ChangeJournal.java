package dev.mneme.memory.context.transfer;

import dev.mneme.AgentKey;
import dev.mneme.Tenant;
import dev.mneme.memory.context.ContextStoreException;
import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The changes that wait for a store, in their order: in memory, and in a file that has each of them, synced, before it is
 * acknowledged.
 *
 * <p>The file loses what was applied only when it is empty, or has grown over half of its bound: until then a process that was
 * killed applies changes a second time, in the same order, which ends in the same state. A line that was cut by a crash is
 * dropped when the file is opened. A file that is damaged otherwise is kept beside, and what is whole in it is used.
 *
 * <p>Not safe to share between threads.
 */
final class ChangeJournal implements Closeable {

    private static final Logger log = LoggerFactory.getLogger(ChangeJournal.class);

    private final Path file;
    private final long maxBytes;
    private final Deque<Entry> waiting = new ArrayDeque<>();
    private FileOutputStream out;
    /** Of the file. */
    private long bytes;
    /** Of what waits. */
    private long waitingBytes;

    private record Entry(QueuedChange change, int bytes) {}

    ChangeJournal(Path folder, long maxBytes) {
        this.file = folder.toAbsolutePath().resolve("changes.journal");
        this.maxBytes = maxBytes;
        try {
            Files.createDirectories(file.getParent());
            read();
            rewrite();
            this.out = new FileOutputStream(file.toFile(), true);
        } catch (IOException e) {
            throw new ContextStoreException("the journal " + file + " cannot be opened", e);
        }
    }

    private void read() throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        byte[] all = Files.readAllBytes(file);
        int damaged = 0;
        int from = 0;
        for (int at = 0; at < all.length; at++) {
            if (all[at] == '\n') {
                QueuedChange change = QueuedChange.of(Arrays.copyOfRange(all, from, at));
                if (change == null) {
                    damaged++;
                } else {
                    take(change, at + 1 - from);
                }
                from = at + 1;
            }
        }
        if (damaged > 0) {
            Path kept = file.resolveSibling("changes.damaged");
            Files.copy(file, kept, StandardCopyOption.REPLACE_EXISTING);
            log.warn("{} of the changes in {} are damaged and left out; the file is kept as {}", damaged, file, kept);
        }
    }

    private void take(QueuedChange change, int length) {
        waiting.add(new Entry(change, length));
        waitingBytes += length;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    int size() {
        return waiting.size();
    }

    /**
     * Writes the changes, all or none.
     *
     * @throws JournalFullException if they have no room
     * @throws ContextStoreException if the file cannot be written; then the changes may be there after a crash
     */
    void append(List<QueuedChange> changes) {
        var lines = new ArrayList<byte[]>();
        long more = 0;
        for (QueuedChange change : changes) {
            byte[] line = change.line();
            lines.add(line);
            more += line.length;
        }
        if (waitingBytes + more > maxBytes) {
            throw new JournalFullException(
                    "the store is away and the journal " + file + " is full: it must have at most " + maxBytes
                            + " bytes, would have " + (waitingBytes + more) + "; nothing was changed");
        }
        try {
            for (byte[] line : lines) {
                out.write(line);
                bytes += line.length;
            }
            out.getFD().sync();
        } catch (IOException e) {
            throw new ContextStoreException("the journal " + file + " cannot be written", e);
        }
        for (int i = 0; i < changes.size(); i++) {
            take(changes.get(i), lines.get(i).length);
        }
    }

    /** The next changes, all of one agent: records to be put, or one to be deleted; empty if nothing waits. */
    List<QueuedChange> next(int limit) {
        var next = new ArrayList<QueuedChange>();
        for (Entry entry : waiting) {
            QueuedChange change = entry.change;
            boolean fits = next.isEmpty() || (next.size() < limit && follows(next.get(0), change));
            if (!fits) {
                break;
            }
            next.add(change);
        }
        return next;
    }

    private static boolean follows(QueuedChange first, QueuedChange change) {
        return first.put().isPresent()
                && change.put().isPresent()
                && first.agent().equals(change.agent());
    }

    /** Forgets the changes that {@link #next} gave and that were applied; those that were erased since are gone already. */
    void applied(List<QueuedChange> changes) {
        for (QueuedChange change : changes) {
            Entry first = waiting.peek();
            if (first != null && first.change.equals(change)) {
                waiting.remove();
                waitingBytes -= first.bytes;
            }
        }
        if (waiting.isEmpty() ? bytes > 0 : bytes > maxBytes / 2 + waitingBytes) {
            rewriteOpen();
        }
    }

    /** The last change of a record that waits. */
    Optional<QueuedChange> last(AgentKey agent, String id) {
        QueuedChange last = null;
        for (Entry entry : waiting) {
            if (entry.change.agent().equals(agent) && entry.change.id().equals(id)) {
                last = entry.change;
            }
        }
        return Optional.ofNullable(last);
    }

    /** Erases a tenant's changes, also those that were applied, and returns how many waited. */
    long erase(Tenant tenant) {
        long before = waiting.size();
        waiting.removeIf(entry -> entry.change.agent().tenant().equals(tenant));
        waitingBytes = waiting.stream().mapToLong(Entry::bytes).sum();
        rewriteOpen();
        return before - waiting.size();
    }

    private void rewriteOpen() {
        try {
            out.close();
            rewrite();
            out = new FileOutputStream(file.toFile(), true);
        } catch (IOException e) {
            throw new ContextStoreException("the journal " + file + " cannot be written anew", e);
        }
    }

    private void rewrite() throws IOException {
        bytes = waitingBytes;
        WholeFile.replace(file, stream -> {
            for (Entry entry : waiting) {
                stream.write(entry.change.line());
            }
            return file;
        });
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
