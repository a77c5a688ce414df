package dev.mneme.memory.history;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One turn of a conversation. A turn that calls tools, and the turns that answer these calls, name each other by the
 * calls' ids, so that they can be kept together.
 *
 * @param id unique in its conversation and the same each time the turn is appended: the message's id; 1 to
 *     {@value #MAX_ID_LENGTH} characters
 * @param role who speaks
 * @param text at most {@value #MAX_TEXT_LENGTH} characters; half a surrogate pair may come back as a question mark
 * @param time when it was said; set when it is appended if it was not before
 * @param tokens how many tokens the text has for the model, if that is known; at least 0
 * @param toolCalls the ids of the tools' calls made in this turn; at most {@value #MAX_TOOL_CALLS}, each once
 * @param toolResultOf the id of the call that this turn answers
 */
public record Turn(
        String id,
        Role role,
        String text,
        Optional<Instant> time,
        OptionalInt tokens,
        List<String> toolCalls,
        Optional<String> toolResultOf) {

    public static final int MAX_ID_LENGTH = 256;
    public static final int MAX_TEXT_LENGTH = 64 * 1024;
    public static final int MAX_TOOL_CALLS = 32;

    /** Who speaks in a turn. */
    public enum Role {
        SYSTEM,
        USER,
        ASSISTANT,
        TOOL
    }

    /**
     * @throws IllegalArgumentException if an id is empty or too long, the text is too long, the tokens are below zero,
     *     there are too many tool calls or one twice, or the turn both calls a tool and answers a call
     */
    public Turn {
        checkId("id", id);
        requireNonNull(role, "role");
        if (text.length() > MAX_TEXT_LENGTH) {
            throw new IllegalArgumentException(
                    "text must have at most " + MAX_TEXT_LENGTH + " characters, had " + text.length());
        }
        if (tokens.isPresent() && tokens.getAsInt() < 0) {
            throw new IllegalArgumentException("tokens must be at least 0, was " + tokens.getAsInt());
        }
        toolCalls = List.copyOf(toolCalls);
        if (toolCalls.size() > MAX_TOOL_CALLS || new HashSet<>(toolCalls).size() < toolCalls.size()) {
            throw new IllegalArgumentException("toolCalls must be at most " + MAX_TOOL_CALLS + ", each once, had "
                    + toolCalls.size() + ", " + new HashSet<>(toolCalls).size() + " of them different");
        }
        toolCalls.forEach(call -> checkId("the id of a tool's call", call));
        toolResultOf.ifPresent(call -> checkId("the id of a tool's call", call));
        if (toolResultOf.isPresent() && !toolCalls.isEmpty()) {
            throw new IllegalArgumentException("a turn must call tools or answer a call, did both");
        }
    }

    private static void checkId(String what, String id) {
        if (id.isEmpty() || id.length() > MAX_ID_LENGTH) {
            throw new IllegalArgumentException(
                    what + " must have 1 to " + MAX_ID_LENGTH + " characters, had " + id.length());
        }
    }

    public static Turn of(String id, Role role, String text) {
        return new Turn(id, role, text, Optional.empty(), OptionalInt.empty(), List.of(), Optional.empty());
    }

    public static Turn system(String id, String text) {
        return of(id, Role.SYSTEM, text);
    }

    public static Turn user(String id, String text) {
        return of(id, Role.USER, text);
    }

    public static Turn assistant(String id, String text) {
        return of(id, Role.ASSISTANT, text);
    }

    /** What a tool answered to a call. */
    public static Turn toolResult(String id, String call, String text) {
        return new Turn(id, Role.TOOL, text, Optional.empty(), OptionalInt.empty(), List.of(), Optional.of(call));
    }

    /** This turn, said at a time. */
    public Turn time(Instant said) {
        return new Turn(id, role, text, Optional.of(said), tokens, toolCalls, toolResultOf);
    }

    /** This turn with its number of tokens, as the model's own tokenizer or its bill says; it is trusted. */
    public Turn tokens(int count) {
        return new Turn(id, role, text, time, OptionalInt.of(count), toolCalls, toolResultOf);
    }

    /** This turn, calling tools. */
    public Turn calling(String... calls) {
        return new Turn(id, role, text, time, tokens, List.of(calls), toolResultOf);
    }

    /** Without what was said. */
    @Override
    public String toString() {
        return "Turn[" + role + ", " + text.length() + " characters]";
    }
}
