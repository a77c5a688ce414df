package dev.mneme.memory.qdrant;

import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.spi.Rows;
import dev.mneme.memory.context.spi.Sessions;
import dev.mneme.memory.qdrant.PointCodec.Looked;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/**
 * Records that were fetched for one search, in rows, among all records of the agent, of which only the {@link Numbers} are
 * known: one row more stands for all that were not fetched, and one for each speaker, so that words are as telling and names
 * as ambiguous as they are among all.
 */
final class FetchedRows implements Rows {

    private final List<Looked> fetched;
    private final Numbers numbers;
    private final Map<String, Integer> rowOfId = new HashMap<>();
    private final BitSet matching = new BitSet();
    private final List<Interaction> speakers = new ArrayList<>();

    /**
     * @param fetched records that the search's filter lets through, each once
     */
    FetchedRows(List<Looked> fetched, Numbers numbers) {
        this.fetched = fetched;
        this.numbers = numbers;
        for (Looked record : fetched) {
            rowOfId.put(record.interaction().id(), rowOfId.size());
        }
        matching.set(0, fetched.size());
        // a session that no record has
        String session = UUID.randomUUID().toString();
        for (String name : numbers.speakers()) {
            speakers.add(Interaction.of("speaker", "").session(session).speaker(name));
        }
    }

    /** How the fetched records stand to each other. */
    Sessions sessions(Function<String, Set<String>> nameTerms) {
        var sessions = new Sessions(nameTerms, this::facts);
        for (int row = 0; row < fetched.size() + speakers.size(); row++) {
            float asks = row < fetched.size() ? fetched.get(row).asks() : 0;
            sessions.add(row, facts(row), asks);
        }
        return sessions;
    }

    @Override
    public int size() {
        return unfetched() + 1;
    }

    private int unfetched() {
        return fetched.size() + speakers.size();
    }

    @Override
    public int count() {
        return (int) Math.min(Integer.MAX_VALUE, numbers.count());
    }

    @Override
    public double averageLength() {
        return numbers.averageLength();
    }

    @Override
    public int length(int row) {
        return row < fetched.size() ? fetched.get(row).length() : 0;
    }

    @Override
    public Interaction facts(int row) {
        return row < fetched.size() ? fetched.get(row).interaction() : speakers.get(row - fetched.size());
    }

    @Override
    public int row(String id) {
        return rowOfId.getOrDefault(id, unfetched());
    }

    @Override
    public BitSet matching() {
        return matching;
    }

    @Override
    public void postings(String term, PostingReader reader) {
        String written = SparseWords.written(term);
        long seen = 0;
        for (int row = 0; row < fetched.size(); row++) {
            Integer occurrences = fetched.get(row).counts().get(written);
            if (occurrences != null) {
                reader.read(row, occurrences);
                seen++;
            }
        }
        for (long holding = numbers.holding(term); seen < holding; seen++) {
            reader.read(unfetched(), 1);
        }
    }
}
