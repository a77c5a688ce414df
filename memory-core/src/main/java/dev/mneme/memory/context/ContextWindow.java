package dev.mneme.memory.context;

import dev.mneme.memory.history.Turn;
import dev.mneme.memory.history.TurnBudget;
import java.util.List;
import java.util.Optional;

/**
 * What goes into a prompt besides the instructions: a summary, what was recalled, and the last turns, within a budget, and
 * what of it was left out and why.
 *
 * <pre>{@code
 * ContextWindow window = ContextWindow.of(messages(10).and(tokens(4_000)))
 *         .history(turns).recalled(hits).summary(summary).assemble();
 * }</pre>
 *
 * <p>Everything is taken whole or not at all, and a call of a tool is never parted from its answers: they and all turns
 * between are one unit. The same input gives the same window. See {@link WindowParts} for what goes first.
 *
 * @param messages in the order of the prompt: the summary, what was recalled, best first, and the turns, oldest first
 * @param tokens how many tokens the messages have together, by the counter; what a model's format adds is not among them
 * @param leftOut what was left out, in the order of the window
 */
public record ContextWindow(List<Message> messages, int tokens, List<LeftOut> leftOut) {

    /** What a message is. */
    public enum Kind {
        SUMMARY,
        RECALLED,
        TURN
    }

    /**
     * One message of the window.
     *
     * @param kind what it is
     * @param id of the turn or of what was recalled; empty for a summary
     * @param text what it says
     * @param tokens how many tokens its text has
     * @param turn the turn, if it is one
     */
    public record Message(Kind kind, String id, String text, int tokens, Optional<Turn> turn) {

        /** Without what it says. */
        @Override
        public String toString() {
            return "Message[" + kind + ", " + tokens + " tokens]";
        }
    }

    /** Why something was left out. */
    public enum Reason {
        /** The budget had no room for it beside what goes first. */
        NO_ROOM,
        /** It is older than a turn that had no room: turns are kept without a gap. */
        BEHIND_A_GAP,
        /** Alone, it is more than the whole budget. */
        LARGER_THAN_THE_BUDGET,
        /** A turn of the window says it already. */
        REPEATED,
        /** A tool's answer whose call is not there, or a call without all of its answers: models refuse one alone. */
        UNPAIRED_TOOL_TURN
    }

    /**
     * Something left out.
     *
     * @param kind what it is
     * @param id of the turn or of what was recalled; empty for a summary
     * @param tokens how many tokens its text has
     * @param reason why
     */
    public record LeftOut(Kind kind, String id, int tokens, Reason reason) {}

    public ContextWindow {
        messages = List.copyOf(messages);
        leftOut = List.copyOf(leftOut);
    }

    /** Begins a window within a budget, with nothing in it. */
    public static WindowParts of(TurnBudget budget) {
        return WindowParts.within(budget);
    }

    /** The turns among the messages, oldest first. */
    public List<Turn> turns() {
        return messages.stream().flatMap(message -> message.turn().stream()).toList();
    }
}
