package dev.mneme.memory.lucene;

import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.MetaValue;
import dev.mneme.memory.context.spi.Draft;

/**
 * About how many bytes of heap an agent's memory takes. It is reckoned from sizes and counts, with what objects take on a
 * JVM with compressed references, and rather too high than too low: equal names count once for each record.
 */
final class MemoryEstimate {

    /** The memory itself with all that is empty. */
    private static final long EMPTY = 2_048;

    /** The columns of {@link FactRows} and {@link AgentMemory}, an entry each; and {@link LeafRows}. */
    private static final long COLUMNS = 80;

    /** An interaction without metadata, its time, its id's entry in a map. */
    private static final long FACTS = 300;

    /** An entry of metadata with a short value, in a map and in two arrays. */
    private static final long ENTRY = 104;

    /** A term with its count. */
    private static final long TERM = 120;

    private static final long STRING = 56;

    private long records;
    private long drafts;

    void added(Interaction facts) {
        records += bytes(facts);
    }

    void removed(Interaction facts) {
        records -= bytes(facts);
    }

    void added(Draft draft) {
        drafts += bytes(draft);
    }

    void removed(Draft draft) {
        drafts -= bytes(draft);
    }

    void clear() {
        records = 0;
        drafts = 0;
    }

    /** @param rows for which there are columns */
    long bytes(int rows, long vectors) {
        return EMPTY + rows * COLUMNS + vectors + records + drafts;
    }

    /** What so many records take, as far as that can be told before they are read. */
    static long expected(int records, int dimensions) {
        return EMPTY + records * (COLUMNS + FACTS + 2 * STRING + 2 * ENTRY + (long) dimensions * Float.BYTES * 3 / 2);
    }

    private static long bytes(Interaction facts) {
        long bytes = FACTS + bytes(facts.id());
        bytes += facts.session().map(MemoryEstimate::bytes).orElse(0L);
        bytes += facts.speaker().map(MemoryEstimate::bytes).orElse(0L);
        for (var entry : facts.meta().entrySet()) {
            bytes += ENTRY + bytes(entry.getKey());
            bytes += entry.getValue() instanceof MetaValue.Text text ? bytes(text.value()) : 0;
        }
        return bytes;
    }

    private static long bytes(Draft draft) {
        int vectors = 2; // the caller's and the one to compare by
        return FACTS
                + bytes(draft.interaction().text())
                + draft.terms().counts().size() * TERM
                + (long) vectors * draft.unit().length * Float.BYTES;
    }

    private static long bytes(String text) {
        return STRING + 2L * text.length();
    }
}
