package dev.mneme.memory.qdrant;

import dev.mneme.memory.context.spi.Draft;
import java.util.ArrayList;
import java.util.List;

/** Drafts in batches that a server takes at once: few enough, and not too long together. */
final class Batches {

    /** Far below what servers and proxies take in one message. */
    private static final long MAX_BYTES = 8L * 1024 * 1024;

    private Batches() {}

    static List<List<Draft>> of(List<Draft> drafts) {
        var batches = new ArrayList<List<Draft>>();
        List<Draft> batch = new ArrayList<>();
        long bytes = 0;
        for (Draft draft : drafts) {
            long more = bytes(draft);
            if (!batch.isEmpty() && (batch.size() == QdrantContextStore.BATCH || bytes + more > MAX_BYTES)) {
                batches.add(batch);
                batch = new ArrayList<>();
                bytes = 0;
            }
            batch.add(draft);
            bytes += more;
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
        return batches;
    }

    /** About how long a record is on its way, rather more than less. */
    private static long bytes(Draft draft) {
        long terms = draft.terms().counts().keySet().stream()
                .mapToLong(term -> 3L * term.length() + 24)
                .sum();
        long meta = 2_000L * draft.interaction().meta().size();
        return 2_000 + 3L * draft.interaction().text().length() + 12L * draft.unit().length + terms + meta;
    }
}
