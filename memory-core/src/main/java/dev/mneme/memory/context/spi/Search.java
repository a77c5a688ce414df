package dev.mneme.memory.context.spi;

import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.Filter;
import dev.mneme.memory.context.RetrievalProfile;
import java.util.Optional;
import java.util.Set;

/**
 * A query that was checked and prepared, ready to be asked of a store.
 *
 * @param query as it was given
 * @param terms to look for in the text leg; empty if that leg is not to be searched
 * @param unit the vector to compare with in the dense leg, of length one; empty if that leg is not to be searched
 * @param textWeight how much the text leg counts; 0 for a query without words
 * @param denseWeight how much the dense leg counts
 * @param profile the query's, or else the store's
 * @param question the words as {@link Conversation} looks for them; nothing under a plain profile
 */
public record Search(
        ContextQuery query,
        Set<String> terms,
        Optional<float[]> unit,
        double textWeight,
        double denseWeight,
        RetrievalProfile profile,
        Question question) {

    /** A search by the plain legs. */
    public Search(
            ContextQuery query, Set<String> terms, Optional<float[]> unit, double textWeight, double denseWeight) {
        this(query, terms, unit, textWeight, denseWeight, RetrievalProfile.DOCUMENTS, Question.NONE);
    }

    /** The least cosine of a candidate: what the query asks, less what single precision cannot tell. */
    public double minCosine() {
        return query.minSimilarity() - 1e-6;
    }

    public Optional<Filter> filter() {
        return query.filter();
    }

    /** A leg that keeps as many candidates as ranking wants. */
    public Leg newLeg() {
        return new Leg(Ranking.candidates(query));
    }
}
