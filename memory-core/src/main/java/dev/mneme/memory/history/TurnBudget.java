package dev.mneme.memory.history;

/**
 * How much of a conversation is wanted: at most so many messages, at most so many tokens, or both.
 *
 * <pre>{@code
 * messages(10).and(tokens(4_000))
 * }</pre>
 *
 * @param messages at least 1
 * @param tokens at least 1
 */
public record TurnBudget(int messages, int tokens) {

    /**
     * @throws IllegalArgumentException if one is below 1
     */
    public TurnBudget {
        if (messages < 1 || tokens < 1) {
            throw new IllegalArgumentException(
                    "a budget must have at least 1 message and 1 token, was " + messages + " and " + tokens);
        }
    }

    /** At most so many messages, however long. */
    public static TurnBudget messages(int most) {
        return new TurnBudget(most, Integer.MAX_VALUE);
    }

    /** At most so many tokens, in however many messages. */
    public static TurnBudget tokens(int most) {
        return new TurnBudget(Integer.MAX_VALUE, most);
    }

    /** All there is. */
    public static TurnBudget unlimited() {
        return new TurnBudget(Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    /** Both limits: the smaller of each. */
    public TurnBudget and(TurnBudget other) {
        return new TurnBudget(Math.min(messages, other.messages), Math.min(tokens, other.tokens));
    }
}
