package dev.mneme.memory.context;

import dev.mneme.memory.context.ContextWindow.Kind;
import dev.mneme.memory.context.ContextWindow.LeftOut;
import dev.mneme.memory.context.ContextWindow.Message;
import dev.mneme.memory.context.ContextWindow.Reason;
import dev.mneme.memory.history.Turn;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One assembly of a window; see {@link WindowParts} for the order. Used once, by one thread. */
final class WindowAssembly {

    /** Something that is taken whole or not at all, and whether it was. */
    private static final class Piece {

        final List<Message> messages;
        final long tokens;
        boolean taken;
        Reason reason = Reason.NO_ROOM;

        Piece(List<Message> messages) {
            this.messages = messages;
            this.tokens = messages.stream().mapToLong(Message::tokens).sum();
        }
    }

    private static final char ID = 'i';
    private static final char TEXT = 't';

    private final WindowParts parts;
    private long messagesLeft;
    private long tokensLeft;

    /** The ids and texts of the turns taken. */
    private final Set<String> said = new HashSet<>();

    WindowAssembly(WindowParts parts) {
        this.parts = parts;
        this.messagesLeft = parts.budget.messages();
        this.tokensLeft = parts.budget.tokens();
    }

    ContextWindow run() {
        List<Piece> turns = pieces();
        List<Piece> recalled = parts.hits.stream()
                .map(hit -> new Piece(List.of(message(Kind.RECALLED, hit.id(), hit.text()))))
                .toList();
        var summary = new ArrayList<Piece>();
        if (!parts.summary.isEmpty()) {
            summary.add(new Piece(List.of(message(Kind.SUMMARY, "", parts.summary))));
        }

        int newest = takeTurns(turns, turns.size() - 1, 0, 0, 1);
        summary.forEach(this::take);
        long sharedMessages = share(messagesLeft, parts.budget.messages(), recalled.size());
        long sharedTokens = share(
                tokensLeft,
                parts.budget.tokens(),
                recalled.stream().mapToLong(piece -> piece.tokens).sum());
        int older = takeTurns(turns, newest, sharedMessages, sharedTokens, turns.size());
        takeRecalled(recalled);
        int oldest = takeTurns(turns, older, 0, 0, turns.size());
        leaveRepeated(recalled);
        if (oldest >= 0 && turns.get(oldest).reason == Reason.NO_ROOM) {
            sayGap(turns, oldest);
        }
        return window(summary, recalled, turns);
    }

    private List<Piece> pieces() {
        var pieces = new ArrayList<Piece>();
        for (TurnUnit unit : TurnUnit.of(parts.turns)) {
            var piece = new Piece(unit.turns().stream().map(this::message).toList());
            if (!unit.paired()) {
                piece.reason = Reason.UNPAIRED_TOOL_TURN;
            }
            pieces.add(piece);
        }
        return pieces;
    }

    private Message message(Turn turn) {
        int tokens = turn.tokens().orElseGet(() -> count(turn.text()));
        return new Message(Kind.TURN, turn.id(), turn.text(), tokens, Optional.of(turn));
    }

    private Message message(Kind kind, String id, String text) {
        return new Message(kind, id, text, count(text), Optional.empty());
    }

    private int count(String text) {
        int tokens = parts.counter.count(text);
        if (tokens < 0) {
            throw new IllegalStateException("a token counter must count at least 0, counted " + tokens);
        }
        return tokens;
    }

    /** What is kept back of what is left: the share of the whole, if there is as much to be recalled. */
    private long share(long left, int whole, long wanted) {
        return Math.min(left, Math.min(wanted, (long) (whole * parts.recalledShare)));
    }

    /**
     * Takes turns from the newest on towards the oldest, until one has no room.
     *
     * @param from the newest that is not yet looked at
     * @param most how many pieces are taken at most
     * @return the newest that is not taken; -1 if there is none
     */
    private int takeTurns(List<Piece> turns, int from, long keptMessages, long keptTokens, int most) {
        int at = from;
        int taken = 0;
        while (at >= 0 && taken < most) {
            Piece piece = turns.get(at);
            if (piece.reason != Reason.UNPAIRED_TOOL_TURN) {
                if (piece.messages.size() > messagesLeft - keptMessages || piece.tokens > tokensLeft - keptTokens) {
                    return at;
                }
                take(piece);
                taken++;
                piece.messages.forEach(message -> {
                    said.add(ID + message.id());
                    said.add(TEXT + message.text());
                });
            }
            at--;
        }
        return at;
    }

    private void takeRecalled(List<Piece> recalled) {
        for (Piece piece : recalled) {
            if (isRepeated(piece)) {
                piece.reason = Reason.REPEATED;
            } else {
                take(piece);
            }
        }
    }

    /** Turns taken last may say what was recalled. */
    private void leaveRepeated(List<Piece> recalled) {
        for (Piece piece : recalled) {
            if (piece.taken && isRepeated(piece)) {
                piece.taken = false;
                piece.reason = Reason.REPEATED;
                messagesLeft += piece.messages.size();
                tokensLeft += piece.tokens;
            }
        }
    }

    private boolean isRepeated(Piece piece) {
        Message message = piece.messages.get(0);
        return said.contains(ID + message.id()) || said.contains(TEXT + message.text());
    }

    private void take(Piece piece) {
        if (piece.messages.size() <= messagesLeft && piece.tokens <= tokensLeft) {
            piece.taken = true;
            messagesLeft -= piece.messages.size();
            tokensLeft -= piece.tokens;
        }
    }

    private static void sayGap(List<Piece> turns, int gap) {
        for (Piece older : turns.subList(0, gap)) {
            if (older.reason == Reason.NO_ROOM) {
                older.reason = Reason.BEHIND_A_GAP;
            }
        }
    }

    private ContextWindow window(List<Piece> summary, List<Piece> recalled, List<Piece> turns) {
        var messages = new ArrayList<Message>();
        var leftOut = new ArrayList<LeftOut>();
        for (List<Piece> pieces : List.of(summary, recalled, turns)) {
            for (Piece piece : pieces) {
                if (piece.taken) {
                    messages.addAll(piece.messages);
                } else {
                    piece.messages.forEach(message ->
                            leftOut.add(new LeftOut(message.kind(), message.id(), message.tokens(), reason(piece))));
                }
            }
        }
        return new ContextWindow(messages, (int) (parts.budget.tokens() - tokensLeft), leftOut);
    }

    private Reason reason(Piece piece) {
        boolean tooLarge = piece.messages.size() > parts.budget.messages() || piece.tokens > parts.budget.tokens();
        return tooLarge && piece.reason == Reason.NO_ROOM ? Reason.LARGER_THAN_THE_BUDGET : piece.reason;
    }
}
