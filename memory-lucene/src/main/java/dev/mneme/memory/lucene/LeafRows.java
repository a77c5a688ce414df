package dev.mneme.memory.lucene;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongToIntFunction;
import java.util.stream.Collectors;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;

/**
 * Which row of an agent each document of a segment is, for the segments in which every fourth document at least is the
 * agent's: looked up once, because a common word has a posting for almost every document.
 *
 * <p>Safe to share between threads as long as no row changes its place; then it must be cleared.
 */
final class LeafRows {

    /** In a segment where fewer of its documents are the agent's, a list of all would cost more than it gives. */
    private static final int SHARE = 4;

    private final Map<IndexReader.CacheKey, int[]> rows = new ConcurrentHashMap<>();

    /**
     * The rows of a segment by document, below zero where there is none; empty if the agent has too few of its documents.
     *
     * @param rowOf the row of a record, or below zero
     */
    int[] of(LeafReader leaf, String agent, LongToIntFunction rowOf) throws IOException {
        IndexReader.CacheHelper core = leaf.getCoreCacheHelper();
        if (core == null) {
            return new int[0];
        }
        int[] known = rows.get(core.getKey());
        if (known != null) {
            return known;
        }
        int[] found = new int[0];
        if ((long) TextIndex.records(leaf, agent) * SHARE >= leaf.maxDoc()) {
            found = new int[leaf.maxDoc()];
            Arrays.fill(found, -1);
            TextIndex.readSeqs(leaf, agent, rowOf, found);
        }
        rows.put(core.getKey(), found);
        return found;
    }

    /** Forgets the segments that are none of these. */
    void retain(Set<IndexReader.CacheKey> segments) {
        if (rows.size() > segments.size()) {
            rows.keySet().retainAll(segments);
        }
    }

    void clear() {
        rows.clear();
    }

    static Set<IndexReader.CacheKey> segments(View view) {
        return view.reader.leaves().stream()
                .map(leaf -> leaf.reader().getCoreCacheHelper())
                .filter(core -> core != null)
                .map(IndexReader.CacheHelper::getKey)
                .collect(Collectors.toSet());
    }
}
