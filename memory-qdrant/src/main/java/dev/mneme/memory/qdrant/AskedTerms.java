package dev.mneme.memory.qdrant;

import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.spi.Conversation;
import dev.mneme.memory.context.spi.Rows;
import dev.mneme.memory.context.spi.Search;
import dev.mneme.memory.context.spi.Sessions;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.Set;

/** Rows of nobody, which only note the terms that are looked for in them: so those are known before anything is fetched. */
final class AskedTerms implements Rows {

    private final Set<String> terms = new LinkedHashSet<>();

    private AskedTerms() {}

    /** The terms of a search, and those that stand for them. */
    static Set<String> of(Search search) {
        var asked = new AskedTerms();
        asked.terms.addAll(search.terms());
        var sessions = new Sessions(name -> Set.of(), asked::facts);
        new Conversation(search, asked, sessions).text();
        return asked.terms;
    }

    @Override
    public int size() {
        return 0;
    }

    @Override
    public int count() {
        return 0;
    }

    @Override
    public double averageLength() {
        return 1;
    }

    @Override
    public int length(int row) {
        return 0;
    }

    @Override
    public Interaction facts(int row) {
        throw new IllegalStateException("there is no row");
    }

    @Override
    public int row(String id) {
        throw new IllegalStateException("there is no row");
    }

    @Override
    public BitSet matching() {
        return new BitSet();
    }

    @Override
    public void postings(String term, PostingReader reader) {
        terms.add(term);
    }
}
