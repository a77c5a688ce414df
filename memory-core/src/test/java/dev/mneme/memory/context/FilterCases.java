package dev.mneme.memory.context;

import static dev.mneme.memory.context.Fields.field;
import static dev.mneme.memory.context.Fields.importance;
import static dev.mneme.memory.context.Fields.meta;
import static dev.mneme.memory.context.Fields.pinned;
import static dev.mneme.memory.context.Fields.position;
import static dev.mneme.memory.context.Fields.session;
import static dev.mneme.memory.context.Fields.speaker;
import static dev.mneme.memory.context.Fields.success;
import static dev.mneme.memory.context.Fields.time;
import static dev.mneme.memory.context.Fields.type;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.Filter.Range.Bound;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which records a filter lets through; each case asks the count and the search. */
abstract class FilterCases extends RankingCases {

    private static final long ODD = (1L << 53) + 1;

    private void addFour() {
        agent.addAll(List.of(
                Interaction.of("a", "word")
                        .type("tool_call")
                        .session("s1")
                        .speaker("Анна")
                        .position(0)
                        .success(true)
                        .importance(0.25)
                        .pinned()
                        .time(START)
                        .meta("tool", "payments")
                        .meta("count", 5)
                        .meta("cached", true)
                        .meta("due", START),
                Interaction.of("b", "word")
                        .type("message")
                        .session("s2")
                        .position(7)
                        .success(false)
                        .importance(0.75)
                        .time(START.plusMillis(1))
                        .meta("tool", "Payments")
                        .meta("count", 5.0)
                        .meta("cached", false)
                        .meta("due", START.plusMillis(1)),
                Interaction.of("c", "word")
                        .type("note")
                        .time(START.minusMillis(1))
                        .meta("count", 5.5),
                Interaction.of("d", "word").time(START.plusMillis(2)).meta("count", ODD)));
        restart();
    }

    private void assertMatches(Filter filter, String... ids) {
        assertThat(agent.count(filter)).as("count of %s", filter).isEqualTo(ids.length);
        assertThat(agent.search(ContextQuery.text("word").where(filter)).ids())
                .as("hits of %s", filter)
                .containsExactlyInAnyOrder(ids);
    }

    @Test
    void textFieldsAreComparedToTheLetter() {
        addFour();
        assertMatches(type().is("tool_call"), "a");
        assertMatches(type().is("Tool_Call"));
        assertMatches(type().is("tool"));
        assertMatches(type().is(Interaction.DEFAULT_TYPE), "b", "d");
        assertMatches(type().in("note", "tool_call", "none"), "a", "c");
        assertMatches(type().exists(), "a", "b", "c", "d");
        assertMatches(session().is("s1"), "a");
        assertMatches(session().in("s1", "s2"), "a", "b");
        assertMatches(session().exists(), "a", "b");
        assertMatches(speaker().is("Анна"), "a");
        assertMatches(speaker().is("анна"));
        assertMatches(speaker().exists(), "a");
    }

    @Test
    void flagsAreTrueFalseOrAbsent() {
        addFour();
        assertMatches(success().isTrue(), "a");
        assertMatches(success().isFalse(), "b");
        assertMatches(success().exists(), "a", "b");
        assertMatches(success().isTrue().not(), "b", "c", "d");
        assertMatches(pinned().isTrue(), "a");
        assertMatches(pinned().isFalse(), "b", "c", "d");
        assertMatches(pinned().exists(), "a", "b", "c", "d");
        assertMatches(meta("cached").is(true), "a");
        assertMatches(meta("cached").is(false), "b");
    }

    @Test
    void numberFieldsHaveInclusiveBounds() {
        addFour();
        assertMatches(position().is(7), "b");
        assertMatches(position().atLeast(0), "a", "b");
        assertMatches(position().atLeast(0.5), "b");
        assertMatches(position().atMost(0), "a");
        assertMatches(position().exists(), "a", "b");
        assertMatches(importance().is(0.5), "c", "d");
        assertMatches(importance().atLeast(0.5), "b", "c", "d");
        assertMatches(importance().atMost(0.25), "a");
        assertMatches(importance().exists(), "a", "b", "c", "d");
    }

    @Test
    void timesAreComparedToTheMillisecond() {
        addFour();
        assertMatches(time().after(START), "b", "d");
        assertMatches(time().before(START), "c");
        assertMatches(time().between(START, START.plusMillis(2)), "a", "b");
        assertMatches(field("time").is(START), "a");
        assertMatches(field("time").exists(), "a", "b", "c", "d");
        assertMatches(meta("due").is(START), "a");
        assertMatches(meta("due").after(START), "b");
        assertMatches(meta("due").before(START.plusMillis(1)), "a");
        assertMatches(time().after(Instant.ofEpochMilli(Long.MIN_VALUE)), "a", "b", "c", "d");
        assertMatches(time().before(Instant.ofEpochMilli(Long.MAX_VALUE)), "a", "b", "c", "d");
    }

    @Test
    void metadataTextIsComparedToTheLetter() {
        addFour();
        assertMatches(meta("tool").is("payments"), "a");
        assertMatches(meta("tool").in("payments", "Payments"), "a", "b");
        assertMatches(meta("tool").is("pay"));
        assertMatches(meta("tool").exists(), "a", "b");
        assertMatches(meta("Tool").exists());
    }

    @Test
    void wholeNumbersAndDecimalsAreOneKindOfNumber() {
        addFour();
        assertMatches(meta("count").is(5), "a", "b");
        assertMatches(meta("count").is(5.0), "a", "b");
        assertMatches(meta("count").in(5, 6), "a", "b");
        assertMatches(meta("count").in(List.of(MetaValue.of(5.5), MetaValue.of(5L))), "a", "b", "c");
        assertMatches(meta("count").atLeast(5.5), "c", "d");
        assertMatches(meta("count").atMost(5.5), "a", "b", "c");
        assertMatches(meta("count").atMost(5), "a", "b");
        assertMatches(meta("count").atLeast(6), "d");
    }

    @Test
    void largeWholeNumbersAreComparedExactly() {
        addFour();
        double rounded = ODD;
        assertMatches(meta("count").is(ODD), "d");
        assertMatches(meta("count").is(ODD - 1));
        assertMatches(meta("count").is(rounded));
        assertMatches(meta("count").atLeast(ODD), "d");
        assertMatches(meta("count").atLeast(ODD + 1));
        assertMatches(meta("count").atMost(ODD - 1), "a", "b", "c");
        assertMatches(meta("count").atLeast(rounded), "d");
        assertMatches(meta("count").atMost(rounded), "a", "b", "c");
    }

    @Test
    void theEndsOfTheNumbersAreComparedExactly() {
        agent.add(Interaction.of("least", "word").meta("n", Long.MIN_VALUE));
        agent.add(Interaction.of("most", "word").meta("n", Long.MAX_VALUE));
        agent.add(Interaction.of("above", "word").meta("n", 0x1p63));
        agent.add(Interaction.of("zero", "word").meta("n", -0.0));
        agent.add(Interaction.of("tiny", "word").meta("n", Double.MIN_VALUE));
        restart();

        assertMatches(meta("n").is(Long.MIN_VALUE), "least");
        assertMatches(meta("n").is(-0x1p63), "least");
        assertMatches(meta("n").is(Long.MAX_VALUE), "most");
        assertMatches(meta("n").is(0x1p63), "above");
        assertMatches(meta("n").atLeast(Long.MAX_VALUE), "most", "above");
        assertMatches(meta("n").atLeast(0x1p63), "above");
        assertMatches(meta("n").is(0), "zero");
        assertMatches(meta("n").is(0.0), "zero");
        assertMatches(meta("n").atMost(0), "least", "zero");
        assertMatches(meta("n").is(Double.MIN_VALUE), "tiny");
    }

    @Test
    void boundsMayBeOpenOrClosedAtEitherEnd() {
        for (int i = 1; i <= 4; i++) {
            agent.add(Interaction.of("" + i, "word").meta("n", i).position(i));
        }
        restart();
        for (String name : List.of("meta.n", "position")) {
            assertMatches(range(name, true, true), "2", "3");
            assertMatches(range(name, true, false), "2");
            assertMatches(range(name, false, true), "3");
            assertMatches(range(name, false, false));
        }
    }

    private static Filter range(String name, boolean withTwo, boolean withThree) {
        return new Filter.Range(
                new Field(name),
                Optional.of(new Bound(MetaValue.of(2L), withTwo)),
                Optional.of(new Bound(MetaValue.of(3L), withThree)));
    }

    @Test
    void aConditionOnAnAbsentPartIsFalseSoItsNotIsTrue() {
        addFour();
        assertMatches(session().is("s1").not(), "b", "c", "d");
        assertMatches(session().exists().not(), "c", "d");
        assertMatches(position().atLeast(0).not(), "c", "d");
        assertMatches(meta("tool").in("payments").not(), "b", "c", "d");
        assertMatches(meta("nobody").is("x"));
        assertMatches(meta("nobody").is(5).not(), "a", "b", "c", "d");
        assertMatches(meta("nobody").exists().not(), "a", "b", "c", "d");
        assertMatches(meta("nobody").atLeast(5).or(meta("nobody").before(START)));
    }

    @Test
    void andOrAndNotJoinConditions() {
        addFour();
        assertMatches(type().in("tool_call", "message").and(success().isTrue()), "a");
        assertMatches(success().isTrue().or(success().isFalse()), "a", "b");
        assertMatches(
                success()
                        .isTrue()
                        .or(success().isFalse())
                        .or(type().is("note"))
                        .and(position().exists().not()),
                "c");
        assertMatches(Filter.all(type().exists()), "a", "b", "c", "d");
        assertMatches(Filter.any(type().is("note"), speaker().exists()), "a", "c");
        assertMatches(type().is("note").not().not(), "c");
        assertMatches(type().is("note").and(type().is("note").not()));
        Filter deep = type().is("note");
        for (int i = 1; i < Filter.MAX_DEPTH - 1; i++) {
            deep = deep.not();
        }
        assertMatches(deep, "c");
    }

    @Test
    void twoFiltersOfOneQueryMustBothHold() {
        addFour();

        assertThat(agent.search(ContextQuery.text("word")
                                .where(success().exists())
                                .where(position().atLeast(1)))
                        .ids())
                .containsExactly("b");
    }

    @Test
    void aFilterWithTheMostValuesAnInMayHaveIsAnswered() {
        addFour();
        String[] values = new String[Filter.MAX_VALUES];
        for (int i = 0; i < values.length; i++) {
            values[i] = "value-" + i;
        }
        values[Filter.MAX_VALUES - 1] = "payments";

        assertMatches(meta("tool").in(values), "a");
    }

    @Test
    void keysAndValuesThatLookLikeSyntaxAreComparedToTheLetter() {
        List<String> odd =
                List.of("a", "a:b", "a=b", "a\u0000b", "*", "ё", "е", "AND", "\"", "meta.a", " ", "😀", "5", "true");
        Interaction all = Interaction.of("all", "word");
        for (String key : odd) {
            if (!key.isBlank()) {
                all = all.meta(key, key);
            }
        }
        agent.add(all);
        for (String value : odd) {
            agent.add(Interaction.of("<" + value + ">", "word").meta("value", value));
        }
        restart();

        for (String value : odd) {
            assertMatches(meta("value").is(value), "<" + value + ">");
            if (!value.isBlank()) {
                assertMatches(meta(value).is(value), "all");
            }
        }
    }

    @Test
    void longTextValuesAreComparedToTheLastLetter() {
        String common = "v".repeat(MetaValue.MAX_TEXT_LENGTH - 1);
        String wide = "ж".repeat(MetaValue.MAX_TEXT_LENGTH);
        agent.add(Interaction.of("a", "word").meta("k", common + "a"));
        agent.add(Interaction.of("b", "word").meta("k", common + "b"));
        agent.add(Interaction.of("c", "word").meta("k", wide));
        restart();

        assertMatches(meta("k").is(common + "a"), "a");
        assertMatches(meta("k").is(common));
        assertMatches(meta("k").is(wide), "c");
    }

    @Test
    void aFilterOnMetadataOfAnotherKindIsRefusedWithBothKinds() {
        addFour();
        Filter wrong = type().exists().and(meta("tool").atLeast(5).not());
        String message = "the filter on 'meta.tool' must compare with text as the records do, was a number";

        assertThatIllegalArgumentException()
                .isThrownBy(() -> agent.count(wrong))
                .withMessage(message);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> agent.search(ContextQuery.text("word").where(wrong)))
                .withMessage(message);
        for (Filter each : List.of(
                meta("count").is("5"),
                meta("count").in("5", "6"),
                meta("due").is(5),
                meta("due").is("2026-03-01"),
                meta("cached").is("true"),
                meta("count").after(START))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> agent.count(each))
                    .withMessageStartingWith("the filter on 'meta.");
        }
    }

    @Test
    void aKeyThatHoldsSeveralKindsMayBeComparedWithEach() {
        agent.add(Interaction.of("text", "word").meta("k", "5"));
        agent.add(Interaction.of("number", "word").meta("k", 5));
        agent.add(Interaction.of("flag", "word").meta("k", true));
        restart();

        assertMatches(meta("k").is("5"), "text");
        assertMatches(meta("k").is(5), "number");
        assertMatches(meta("k").is(true), "flag");
        assertMatches(meta("k").is(5).not(), "text", "flag");
        assertMatches(meta("k").atLeast(0), "number");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> agent.count(meta("k").is(START)));
    }

    @Test
    void theKindsOfAKeyAreThoseOfThisAgentsPresentRecords() {
        store.agent(AgentKey.of("user-42", "other"))
                .add(Interaction.of("x", "word").meta("k", "text"));
        assertThatCode(() -> agent.count(meta("k").is(5))).doesNotThrowAnyException();

        agent.add(Interaction.of("a", "word").meta("k", "text"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> agent.count(meta("k").is(5)));
        agent.delete("a");
        assertThat(agent.count(meta("k").is(5))).isZero();

        agent.add(Interaction.of("a", "word").meta("k", "text"));
        agent.add(Interaction.of("a", "word").meta("k", 5));
        restart();
        assertMatches(meta("k").is(5), "a");
        agent.clear();
        assertThat(agent.count(meta("k").is("text"))).isZero();
    }
}
