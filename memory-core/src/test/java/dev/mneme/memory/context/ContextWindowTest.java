package dev.mneme.memory.context;

import static dev.mneme.memory.history.TurnBudget.messages;
import static dev.mneme.memory.history.TurnBudget.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mneme.memory.context.ContextWindow.Kind;
import dev.mneme.memory.context.ContextWindow.LeftOut;
import dev.mneme.memory.context.ContextWindow.Message;
import dev.mneme.memory.context.ContextWindow.Reason;
import dev.mneme.memory.history.TokenCounter;
import dev.mneme.memory.history.Turn;
import dev.mneme.memory.history.TurnBudget;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ContextWindowTest {

    private static final TokenCounter BY_LENGTH = String::length;

    private static Turn turn(int number, int tokens) {
        return Turn.user("m" + number, "turn " + number).tokens(tokens);
    }

    private static List<Turn> turns(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(i -> turn(i, 10)).toList();
    }

    private static Hit hit(String id, String text) {
        return new Hit(Interaction.of(id, text), 1, Optional.empty());
    }

    private static List<String> ids(ContextWindow window) {
        return window.messages().stream().map(Message::id).toList();
    }

    private static LeftOut leftOut(Kind kind, String id, int tokens, Reason reason) {
        return new LeftOut(kind, id, tokens, reason);
    }

    @Test
    void aSummaryStandsBeforeWhatWasRecalledAndThatBeforeTheTurns() {
        ContextWindow window = ContextWindow.of(messages(10).and(tokens(4_000)))
                .history(turns(1, 3))
                .recalled(List.of(hit("h1", "one"), hit("h2", "two")))
                .summary("so far")
                .assemble();
        assertThat(ids(window)).containsExactly("", "h1", "h2", "m1", "m2", "m3");
        assertThat(window.messages()).extracting(Message::kind).startsWith(Kind.SUMMARY, Kind.RECALLED);
        assertThat(window.leftOut()).isEmpty();
        assertThat(window.turns()).isEqualTo(turns(1, 3));
        assertThat(window.tokens()).isEqualTo(2 + 1 + 1 + 30);
    }

    @Test
    void turnsLeaveItsShareToWhatWasRecalledAndTakeWhatItDoesNotUse() {
        List<Hit> four = List.of(hit("h1", "1"), hit("h2", "2"), hit("h3", "3"), hit("h4", "4"));
        WindowParts parts = ContextWindow.of(messages(10)).history(turns(1, 20));
        assertThat(ids(parts.recalled(four).assemble()))
                .containsExactly("h1", "h2", "h3", "m14", "m15", "m16", "m17", "m18", "m19", "m20");
        assertThat(ids(parts.recalled(four.subList(0, 1)).assemble()))
                .hasSize(10)
                .startsWith("h1", "m12");
        assertThat(ids(parts.recalled(four).recalledShare(0).assemble()))
                .startsWith("m11")
                .hasSize(10);
        assertThat(ids(parts.recalled(four).history(turns(1, 2)).assemble()))
                .containsExactly("h1", "h2", "h3", "h4", "m1", "m2");
    }

    @Test
    void theNewestTurnGoesFirstThenTheSummary() {
        ContextWindow window = ContextWindow.of(tokens(15))
                .tokenCounter(BY_LENGTH)
                .history(turns(1, 2))
                .summary("12345")
                .recalled(List.of(hit("h1", "1")))
                .assemble();
        assertThat(ids(window)).containsExactly("", "m2");
        assertThat(window.leftOut())
                .containsExactly(
                        leftOut(Kind.RECALLED, "h1", 1, Reason.NO_ROOM), leftOut(Kind.TURN, "m1", 10, Reason.NO_ROOM));
    }

    @Test
    void turnsAreWholeAndWithoutAGap() {
        List<Turn> turns = List.of(turn(1, 1), turn(2, 50), turn(3, 1), turn(4, 10));
        ContextWindow window = ContextWindow.of(tokens(20)).history(turns).assemble();
        assertThat(ids(window)).containsExactly("m3", "m4");
        assertThat(window.tokens()).isEqualTo(11);
        assertThat(window.leftOut())
                .containsExactly(
                        leftOut(Kind.TURN, "m1", 1, Reason.BEHIND_A_GAP),
                        leftOut(Kind.TURN, "m2", 50, Reason.LARGER_THAN_THE_BUDGET));
    }

    @Test
    void aToolsCallStaysWithItsAnswers() {
        List<Turn> turns = List.of(
                turn(1, 1),
                Turn.assistant("call", "").calling("a", "b").tokens(1),
                Turn.toolResult("answer-b", "b", "").tokens(1),
                turn(2, 1),
                Turn.toolResult("answer-a", "a", "").tokens(1),
                turn(3, 1));
        assertThat(ids(ContextWindow.of(messages(5)).history(turns).assemble()))
                .containsExactly("call", "answer-b", "m2", "answer-a", "m3");
        ContextWindow parted = ContextWindow.of(messages(4)).history(turns).assemble();
        assertThat(ids(parted)).containsExactly("m3");
        assertThat(parted.leftOut()).hasSize(5);
    }

    @Test
    void aToolsTurnAloneIsLeftOutAndMakesNoGap() {
        List<Turn> turns = List.of(
                turn(1, 1),
                Turn.toolResult("answer", "dropped", "").tokens(1),
                turn(2, 1),
                Turn.assistant("call", "").calling("pending").tokens(1),
                turn(3, 1));
        ContextWindow window = ContextWindow.of(messages(10)).history(turns).assemble();
        assertThat(ids(window)).containsExactly("m1", "m2", "m3");
        assertThat(window.leftOut())
                .containsExactly(
                        leftOut(Kind.TURN, "answer", 1, Reason.UNPAIRED_TOOL_TURN),
                        leftOut(Kind.TURN, "call", 1, Reason.UNPAIRED_TOOL_TURN));
    }

    @Test
    void whatATurnSaysAlreadyIsNotRecalledToo() {
        ContextWindow window = ContextWindow.of(messages(10))
                .history(turns(1, 2))
                .recalled(List.of(hit("m1", "other words"), hit("h2", "turn 2"), hit("h3", "new")))
                .assemble();
        assertThat(ids(window)).containsExactly("h3", "m1", "m2");
        assertThat(window.leftOut()).extracting(LeftOut::reason).containsOnly(Reason.REPEATED);
    }

    @Test
    void aTurnTakenLastTakesThePlaceOfWhatWasRecalledOfIt() {
        // a hit too large for its share leaves room, into which the turn it is made of fits
        ContextWindow window = ContextWindow.of(messages(10).and(tokens(100)))
                .tokenCounter(BY_LENGTH)
                .history(List.of(turn(1, 25), turn(2, 60)))
                .recalled(List.of(hit("h1", "x".repeat(50)), hit("m1", "y".repeat(15))))
                .assemble();
        assertThat(ids(window)).containsExactly("m1", "m2");
        assertThat(window.leftOut())
                .containsExactly(
                        leftOut(Kind.RECALLED, "h1", 50, Reason.NO_ROOM),
                        leftOut(Kind.RECALLED, "m1", 15, Reason.REPEATED));
    }

    @Test
    void tenThousandRandomWindowsKeepTheirPromises() {
        for (int round = 0; round < 10_000; round++) {
            long seed = 7_000_000L + round;
            var random = new Random(seed);
            List<Turn> turns = randomTurns(random);
            List<Hit> hits = randomHits(random);
            String summary = "s".repeat(random.nextInt(3) * random.nextInt(20));
            var budget = new TurnBudget(1 + random.nextInt(15), 1 + random.nextInt(150));
            WindowParts parts = ContextWindow.of(budget)
                    .tokenCounter(BY_LENGTH)
                    .history(turns)
                    .recalled(hits)
                    .summary(summary)
                    .recalledShare(random.nextDouble());
            ContextWindow window = parts.assemble();
            try {
                check(window, budget, turns, hits, summary);
                assertThat(parts.assemble()).isEqualTo(window);
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static void check(
            ContextWindow window, TurnBudget budget, List<Turn> turns, List<Hit> hits, String summary) {
        assertThat(window.messages()).hasSizeLessThanOrEqualTo(budget.messages());
        assertThat(window.tokens()).isLessThanOrEqualTo(budget.tokens());
        assertThat(window.messages().stream()
                        .mapToInt(message -> message.turn()
                                .map(turn -> turn.tokens().orElse(-1))
                                .orElse(message.text().length()))
                        .sum())
                .isEqualTo(window.tokens());
        assertThat(window.messages().size() + window.leftOut().size())
                .as("nothing is left out without a word")
                .isEqualTo(turns.size() + hits.size() + (summary.isEmpty() ? 0 : 1));

        List<Turn> taken = window.turns();
        assertThat(taken).isEqualTo(turns.stream().filter(taken::contains).toList());
        var called = new HashSet<String>();
        var answered = new HashSet<String>();
        for (Turn turn : taken) {
            called.addAll(turn.toolCalls());
            turn.toolResultOf().ifPresent(call -> {
                assertThat(called).contains(call);
                answered.add(call);
            });
        }
        assertThat(answered).as("calls and answers are together").isEqualTo(called);
        for (Turn turn : turns) {
            turn.toolResultOf()
                    .filter(called::contains)
                    .ifPresent(call ->
                            assertThat(taken).as("all answers are there").contains(turn));
        }
        if (!taken.isEmpty()) {
            int first = turns.indexOf(taken.get(0));
            var whyNot = window.leftOut().stream()
                    .filter(one -> one.kind() == Kind.TURN)
                    .filter(one -> turns.stream().map(Turn::id).toList().indexOf(one.id()) > first)
                    .map(LeftOut::reason);
            assertThat(whyNot).as("no gap but of turns that cannot stand").allMatch(Reason.UNPAIRED_TOOL_TURN::equals);
        }
    }

    /** With calls that are answered late, twice, by several turns, or never, and answers without a call. */
    private static List<Turn> randomTurns(Random random) {
        var turns = new ArrayList<Turn>();
        var open = new ArrayList<String>();
        int count = random.nextInt(25);
        for (int i = 0; i < count; i++) {
            int tokens = random.nextInt(4) * random.nextInt(15);
            String id = "m" + i;
            int what = random.nextInt(10);
            if (what < 2) {
                String[] calls = IntStream.rangeClosed(0, random.nextInt(3))
                        .mapToObj(n -> id + "-call-" + n)
                        .toArray(String[]::new);
                open.addAll(List.of(calls));
                turns.add(Turn.assistant(id, "text " + i).calling(calls).tokens(tokens));
            } else if (what < 6 && !open.isEmpty()) {
                String call = open.get(random.nextInt(open.size()));
                if (random.nextInt(5) > 0) {
                    open.remove(call);
                }
                turns.add(Turn.toolResult(id, call, "text " + i).tokens(tokens));
            } else if (what == 6) {
                turns.add(Turn.toolResult(id, "nobody's", "text " + i).tokens(tokens));
            } else {
                turns.add(turn(i, tokens));
            }
        }
        return turns;
    }

    private static List<Hit> randomHits(Random random) {
        return IntStream.range(0, random.nextInt(6))
                .mapToObj(i -> hit(
                        random.nextInt(3) == 0 ? "m" + random.nextInt(25) : "h" + i,
                        "h".repeat(1 + random.nextInt(40))))
                .toList();
    }

    @Test
    void whatIsSaidStandsInNoMessageForPeople() {
        WindowParts parts = ContextWindow.of(messages(10))
                .history(List.of(Turn.user("1", "Zeisig")))
                .recalled(List.of(hit("h", "Zeisig")))
                .summary("Zeisig");
        assertThat(parts.toString() + parts.assemble()).doesNotContain("Zeisig");
    }

    @Test
    void aShareIsFromZeroToOne() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ContextWindow.of(messages(1)).recalledShare(1.1));
        assertThatIllegalArgumentException().isThrownBy(() -> tokens(0));
    }
}
