package dev.mneme.memory.history;

import java.util.AbstractList;
import java.util.List;

/** The last turns of a conversation, oldest first, and where they are from. An unmodifiable list. */
public final class RecentTurns extends AbstractList<Turn> {

    /** Who was asked. */
    public enum Source {
        /** The level that all nodes share. */
        STORE,
        /** The loader, now, joined with what the shared level or this process had. */
        LOADER,
        /** This process alone. */
        HERE
    }

    private final List<Turn> turns;
    private final Source source;
    private final String reason;

    RecentTurns(List<Turn> turns, Source source, String reason) {
        this.turns = List.copyOf(turns);
        this.source = source;
        this.reason = reason;
    }

    /** These turns cut to their newest. */
    RecentTurns within(TurnBudget budget, TokenCounter counter) {
        return new RecentTurns(Turns.newest(turns, budget, counter), source, reason);
    }

    public Source source() {
        return source;
    }

    /** Whether something that should have been asked was not there, so that turns may be missing. */
    public boolean degraded() {
        return !reason.isEmpty();
    }

    /** Why the answer is degraded, in words for an operator; empty if it is not. */
    public String reason() {
        return reason;
    }

    @Override
    public Turn get(int index) {
        return turns.get(index);
    }

    @Override
    public int size() {
        return turns.size();
    }

    /** Without what was said. */
    @Override
    public String toString() {
        return "RecentTurns[" + size() + " from " + source + (degraded() ? ", degraded" : "") + ']';
    }
}
