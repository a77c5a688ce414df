package dev.mneme.memory.lucene;

import dev.mneme.memory.context.Interaction;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the records but texts and vectors, a row each, and what filters ask about in columns beside: a filter
 * that goes through a hundred thousand rows must not follow a hundred thousand references.
 *
 * <p>Not safe to change while it is read.
 */
final class FactRows {

    private static final int SUCCEEDED = 1;
    private static final int FAILED = 2;
    private static final int PINNED = 4;

    private final Shared shared = new Shared();

    private @Nullable Interaction[] facts = new Interaction[0];
    private String[] types = new String[0];
    private @Nullable String[] sessions = new String[0];
    private @Nullable String[] speakers = new String[0];
    private long[] times = new long[0];
    private int[] positions = new int[0];
    private double[] importances = new double[0];
    private byte[] flags = new byte[0];
    private Metadata[] metadata = new Metadata[0];

    /** Sets a row to the facts, which have a time and neither text nor vector; returns them as they are kept. */
    Interaction set(int row, Interaction given) {
        if (row >= facts.length) {
            grow(Math.max(8, row + (row >> 1)));
        }
        Interaction kept = shared.facts(given);
        facts[row] = kept;
        types[row] = kept.type();
        sessions[row] = kept.session().orElse(null);
        speakers[row] = kept.speaker().orElse(null);
        times[row] = kept.time().orElseThrow().toEpochMilli();
        positions[row] = kept.position().orElse(-1);
        importances[row] = kept.importance() + 0.0; // minus zero is zero to a filter
        flags[row] = (byte)
                (kept.success().map(good -> good ? SUCCEEDED : FAILED).orElse(0) + (kept.isPinned() ? PINNED : 0));
        metadata[row] = shared.metadata(kept.meta());
        return kept;
    }

    private void grow(int capacity) {
        facts = Arrays.copyOf(facts, capacity);
        types = Arrays.copyOf(types, capacity);
        sessions = Arrays.copyOf(sessions, capacity);
        speakers = Arrays.copyOf(speakers, capacity);
        times = Arrays.copyOf(times, capacity);
        positions = Arrays.copyOf(positions, capacity);
        importances = Arrays.copyOf(importances, capacity);
        flags = Arrays.copyOf(flags, capacity);
        metadata = Arrays.copyOf(metadata, capacity);
    }

    /** The facts of a row; null once they were removed. */
    @Nullable
    Interaction get(int row) {
        return facts[row];
    }

    void remove(int row) {
        facts[row] = null;
        types[row] = Interaction.DEFAULT_TYPE;
        sessions[row] = null;
        speakers[row] = null;
        metadata[row] = Metadata.NONE;
    }

    void copy(int fromRow, int toRow) {
        facts[toRow] = facts[fromRow];
        types[toRow] = types[fromRow];
        sessions[toRow] = sessions[fromRow];
        speakers[toRow] = speakers[fromRow];
        times[toRow] = times[fromRow];
        positions[toRow] = positions[fromRow];
        importances[toRow] = importances[fromRow];
        flags[toRow] = flags[fromRow];
        metadata[toRow] = metadata[fromRow];
    }

    void clear(int fromRow, int toRow) {
        for (int row = fromRow; row < toRow; row++) {
            remove(row);
        }
        shared.clear();
    }

    String type(int row) {
        return types[row];
    }

    @Nullable
    String session(int row) {
        return sessions[row];
    }

    @Nullable
    String speaker(int row) {
        return speakers[row];
    }

    /** In milliseconds since 1970. */
    long time(int row) {
        return times[row];
    }

    /** Below zero if there is none. */
    int position(int row) {
        return positions[row];
    }

    double importance(int row) {
        return importances[row];
    }

    boolean hasOutcome(int row) {
        return (flags[row] & (SUCCEEDED | FAILED)) != 0;
    }

    boolean succeeded(int row) {
        return (flags[row] & SUCCEEDED) != 0;
    }

    boolean isPinned(int row) {
        return (flags[row] & PINNED) != 0;
    }

    Metadata metadata(int row) {
        return metadata[row];
    }
}
