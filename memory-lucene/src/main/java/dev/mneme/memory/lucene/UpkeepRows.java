package dev.mneme.memory.lucene;

import dev.mneme.memory.context.Duplicates;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.spi.Held;
import dev.mneme.memory.context.spi.TextDigest;
import dev.mneme.memory.context.spi.Upkeep;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * What limits, duplicates and statistics ask about an agent's records, a row each. Uses and digests are kept only where the
 * store's settings need them.
 *
 * <p>Not safe to change while it is read, but for {@link #use}, which searches call side by side.
 */
final class UpkeepRows {

    /** The last use of a row that no search returned. */
    private static final long NEVER = Long.MIN_VALUE;

    /** What a digest takes in both its tables, about. */
    private static final int DIGEST_BYTES = 160;

    private final boolean notesUses;
    private final boolean keepsDigests;
    private int[] sizes = new int[0];
    private AtomicLongArray uses = new AtomicLongArray(0);
    private final AtomicInteger unsavedUses = new AtomicInteger();
    private @Nullable TextDigest[] digests = new TextDigest[0];
    private final Map<TextDigest, TreeSet<Integer>> rowsOfDigest = new HashMap<>();
    private long bytes;
    private int pinned;

    UpkeepRows(Upkeep upkeep) {
        this.notesUses = upkeep.notesUses();
        this.keepsDigests = upkeep.duplicates().action() != Duplicates.Action.KEEP;
    }

    /** What a record has besides its facts: to be made while its text is at hand. */
    record Extra(int size, Optional<TextDigest> digest) {}

    Extra extra(Interaction whole, int size) {
        return new Extra(size, keepsDigests ? TextDigest.of(whole) : Optional.empty());
    }

    /** Sets a row, whose record no search has returned yet. */
    void set(int row, Interaction facts, Extra extra) {
        if (row >= sizes.length) {
            grow(Math.max(8, row + (row >> 1)));
        }
        sizes[row] = extra.size;
        bytes += extra.size;
        pinned += facts.isPinned() ? 1 : 0;
        if (notesUses) {
            uses.set(row, NEVER);
        }
        extra.digest.ifPresent(digest -> {
            digests[row] = digest;
            rowsOfDigest.computeIfAbsent(digest, any -> new TreeSet<>()).add(row);
        });
    }

    private void grow(int capacity) {
        sizes = Arrays.copyOf(sizes, capacity);
        if (keepsDigests) {
            digests = Arrays.copyOf(digests, capacity);
        }
        if (notesUses) {
            var grown = new AtomicLongArray(capacity);
            for (int row = 0; row < uses.length(); row++) {
                grown.set(row, uses.get(row));
            }
            uses = grown;
        }
    }

    void remove(int row, Interaction facts) {
        bytes -= sizes[row];
        pinned -= facts.isPinned() ? 1 : 0;
        forgetDigest(row);
    }

    private void forgetDigest(int row) {
        TextDigest digest = keepsDigests ? digests[row] : null;
        if (digest != null) {
            digests[row] = null;
            rowsOfDigest.computeIfPresent(digest, (any, rows) -> {
                rows.remove(row);
                return rows.isEmpty() ? null : rows;
            });
        }
    }

    /** Moves a row to where none is. */
    void move(int fromRow, int toRow) {
        if (fromRow == toRow) {
            return;
        }
        sizes[toRow] = sizes[fromRow];
        if (notesUses) {
            uses.set(toRow, uses.get(fromRow));
        }
        TextDigest digest = keepsDigests ? digests[fromRow] : null;
        if (digest != null) {
            forgetDigest(fromRow);
            digests[toRow] = digest;
            rowsOfDigest.computeIfAbsent(digest, any -> new TreeSet<>()).add(toRow);
        }
    }

    void clear() {
        sizes = new int[0];
        uses = new AtomicLongArray(0);
        unsavedUses.set(0);
        digests = new TextDigest[0];
        rowsOfDigest.clear();
        bytes = 0;
        pinned = 0;
    }

    /** Notes that a search returned the record of a row. */
    void use(int row, Instant now) {
        if (notesUses) {
            uses.accumulateAndGet(row, now.toEpochMilli(), Math::max);
            unsavedUses.incrementAndGet();
        }
    }

    /** Sets the last use of a row to what was saved. */
    void load(int row, long millis) {
        if (notesUses) {
            uses.set(row, millis);
        }
    }

    boolean wasUsed(int row) {
        return notesUses && uses.get(row) != NEVER;
    }

    /** In milliseconds since 1970; only of a row that {@link #wasUsed}. */
    long lastUse(int row) {
        return uses.get(row);
    }

    Held held(int row, Interaction facts) {
        return wasUsed(row) ? new Held(facts, Instant.ofEpochMilli(lastUse(row))) : Held.unused(facts);
    }

    /** How many uses were noted since they were saved. */
    int unsavedUses() {
        return unsavedUses.get();
    }

    void usesAreSaved() {
        unsavedUses.set(0);
    }

    /** The rows of records that say the same. */
    Iterable<Integer> rowsOf(TextDigest digest) {
        return rowsOfDigest.getOrDefault(digest, new TreeSet<>());
    }

    /** The sum of the records' sizes. */
    long recordBytes() {
        return bytes;
    }

    int pinned() {
        return pinned;
    }

    /** About how many bytes of heap this takes. */
    long heapBytes() {
        return sizes.length * 4L + uses.length() * 8L + (keepsDigests ? digests.length * (long) DIGEST_BYTES : 0);
    }
}
