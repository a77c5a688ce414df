package dev.mneme.memory.context;

import static java.util.Objects.requireNonNull;

import dev.mneme.memory.history.TokenCounter;
import dev.mneme.memory.history.Turn;
import dev.mneme.memory.history.TurnBudget;
import java.util.ArrayList;
import java.util.List;

/**
 * What a {@link ContextWindow} is assembled of. Immutable.
 *
 * <p>When not everything fits, this goes first:
 *
 * <ol>
 *   <li>the newest unit of the turns, without which there is nothing to answer;
 *   <li>the summary;
 *   <li>turns, newest first and without a gap, as far as they leave what was recalled its share;
 *   <li>what was recalled, best first; one that does not fit is passed over;
 *   <li>more turns, with what is left.
 * </ol>
 *
 * <p>What was recalled and stands among the turns taken, by its id or word for word, is left out.
 */
public final class WindowParts {

    private static final double USUAL_SHARE = 0.3;

    final TurnBudget budget;
    final TokenCounter counter;
    final List<Turn> turns;
    final List<Hit> hits;
    final String summary;
    final double recalledShare;

    private WindowParts(
            TurnBudget budget,
            TokenCounter counter,
            List<Turn> turns,
            List<Hit> hits,
            String summary,
            double recalledShare) {
        this.budget = requireNonNull(budget, "budget");
        this.counter = requireNonNull(counter, "counter");
        this.turns = List.copyOf(turns);
        this.hits = List.copyOf(hits);
        this.summary = requireNonNull(summary, "summary");
        this.recalledShare = recalledShare;
    }

    static WindowParts within(TurnBudget budget) {
        return new WindowParts(budget, TokenCounter.estimate(), List.of(), List.of(), "", USUAL_SHARE);
    }

    /** With the last turns of the conversation, oldest first. */
    public WindowParts history(List<Turn> oldestFirst) {
        return new WindowParts(budget, counter, oldestFirst, hits, summary, recalledShare);
    }

    /** With what a search found, best first. */
    public WindowParts recalled(Iterable<Hit> bestFirst) {
        var all = new ArrayList<Hit>();
        bestFirst.forEach(all::add);
        return new WindowParts(budget, counter, turns, all, summary, recalledShare);
    }

    /** With a summary of what came before; an empty one is none. */
    public WindowParts summary(String text) {
        return new WindowParts(budget, counter, turns, hits, text, recalledShare);
    }

    /** With another counter than {@link TokenCounter#estimate()}, for all texts but turns that say their number. */
    public WindowParts tokenCounter(TokenCounter tokenCounter) {
        return new WindowParts(budget, tokenCounter, turns, hits, summary, recalledShare);
    }

    /**
     * With another share of the budget that turns leave to what was recalled, if there is as much of it; 0.3 by default.
     * What it does not use goes to the turns, and the other way round.
     *
     * @throws IllegalArgumentException if it is not from 0 to 1
     */
    public WindowParts recalledShare(double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("recalledShare must be from 0 to 1, was " + share);
        }
        return new WindowParts(budget, counter, turns, hits, summary, share);
    }

    /** The window. Calls the token counter, on this thread, once for each text whose number is not known. */
    public ContextWindow assemble() {
        return new WindowAssembly(this).run();
    }

    /** Without what it says. */
    @Override
    public String toString() {
        return "WindowParts[" + turns.size() + " turns, " + hits.size() + " recalled]";
    }
}
