package dev.mneme.memory.context;

import dev.mneme.memory.context.spi.Draft;
import dev.mneme.memory.context.spi.Intake;
import dev.mneme.memory.context.spi.Rows;
import dev.mneme.memory.context.spi.Sessions;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Drafts laid out in rows for one search. */
final class DraftRows implements Rows {

    private final List<Draft> drafts;
    private final Map<String, Integer> rowOfId = new HashMap<>();
    private final BitSet matching = new BitSet();
    private final double averageLength;

    DraftRows(Collection<Draft> all, Collection<Draft> matching) {
        this.drafts = List.copyOf(all);
        for (Draft draft : drafts) {
            rowOfId.put(draft.interaction().id(), rowOfId.size());
        }
        matching.forEach(draft -> this.matching.set(row(draft.interaction().id())));
        this.averageLength = (double) drafts.stream()
                        .mapToLong(draft -> draft.terms().length())
                        .sum()
                / drafts.size();
    }

    /** How these records stand to each other. */
    Sessions sessions(Intake intake) {
        var sessions = new Sessions(intake::nameTerms, this::facts);
        for (int row = 0; row < drafts.size(); row++) {
            sessions.add(row, facts(row), Sessions.questionShare(facts(row).text()));
        }
        return sessions;
    }

    @Override
    public int size() {
        return drafts.size();
    }

    @Override
    public int count() {
        return drafts.size();
    }

    @Override
    public double averageLength() {
        return averageLength;
    }

    @Override
    public int length(int row) {
        return drafts.get(row).terms().length();
    }

    @Override
    public Interaction facts(int row) {
        return drafts.get(row).interaction();
    }

    @Override
    public int row(String id) {
        return Optional.ofNullable(rowOfId.get(id)).orElseThrow();
    }

    @Override
    public BitSet matching() {
        return matching;
    }

    @Override
    public void postings(String term, PostingReader reader) {
        for (int row = 0; row < drafts.size(); row++) {
            Integer occurrences = drafts.get(row).terms().counts().get(term);
            if (occurrences != null) {
                reader.read(row, occurrences);
            }
        }
    }
}
