package dev.mneme.memory.context;

import static dev.mneme.memory.context.Fields.meta;
import static dev.mneme.memory.context.Fields.success;
import static dev.mneme.memory.context.Fields.time;
import static dev.mneme.memory.context.Fields.type;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mneme.memory.context.Filter.Range.Bound;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FilterTest {

    private static final Field TOOL = new Field("meta.tool");
    private static final Filter LEAF = type().is("note");
    private static final Interaction NOTE = Interaction.of("a", "x").type("note");

    private static Filter nested(int levels) {
        Filter filter = LEAF;
        for (int i = 1; i < levels; i++) {
            filter = filter.not();
        }
        return filter;
    }

    @Test
    void anEmptyInIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> type().in())
                .withMessage("the filter 'type in' must have 1 to 1024 values, had 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> meta("tool").in(List.of()))
                .withMessage("the filter 'meta.tool in' must have 1 to 1024 values, had 0");
    }

    @Test
    void anInOfTooManyValuesIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> meta("tool").in(Collections.nCopies(1_025, MetaValue.of("x"))))
                .withMessage("the filter 'meta.tool in' must have 1 to 1024 values, had 1025");
    }

    @Test
    void anInOfSeveralKindsIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> meta("tool").in(List.of(MetaValue.of("5"), MetaValue.of(5L))))
                .withMessage("the filter 'meta.tool in' must have values of one kind, had text and a number");
        assertThat(new Filter.In(TOOL, List.of(MetaValue.of(5L), MetaValue.of(5.5))).values())
                .hasSize(2);
    }

    @Test
    void aValueOfAKindThatTheFieldDoesNotHoldIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Filter.Equals(new Field("type"), MetaValue.of(5L)))
                .withMessage("the filter on 'type' must compare with text, was a number");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Filter.In(new Field("success"), List.of(MetaValue.of("true"))))
                .withMessage("the filter on 'success' must compare with true or false, was text");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> range("time", MetaValue.of(5L), MetaValue.of(6L)))
                .withMessage("the filter on 'time' must compare with a time, was a number");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> range("position", MetaValue.of(Instant.EPOCH), MetaValue.of(Instant.EPOCH)))
                .withMessage("the filter on 'position' must compare with a number, was a time");
    }

    @Test
    void aRangeOfTextsOrFlagsIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> range("meta.tool", MetaValue.of("a"), MetaValue.of("b")))
                .withMessage("the range of 'meta.tool' must have numbers or times as bounds, was text");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> range("type", MetaValue.of("a"), MetaValue.of("b")))
                .withMessage("the range of 'type' must have numbers or times as bounds, was text");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> range("pinned", MetaValue.of(false), MetaValue.of(true)))
                .withMessage("the range of 'pinned' must have numbers or times as bounds, was true or false");
    }

    @Test
    void aRangeWithoutBoundsOrOfTwoKindsIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Filter.Range(TOOL, Optional.empty(), Optional.empty()))
                .withMessage("the range of 'meta.tool' must have a bound, had none");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> range("meta.tool", MetaValue.of(5L), MetaValue.of(Instant.EPOCH)))
                .withMessage("the bounds of 'meta.tool' must be of one kind, were a number and a time");
        assertThat(range("meta.tool", MetaValue.of(5L), MetaValue.of(5.5)).kind())
                .isEqualTo(MetaValue.Kind.NUMBER);
    }

    private static Filter.Range range(String field, MetaValue from, MetaValue to) {
        return new Filter.Range(new Field(field), Optional.of(new Bound(from, true)), Optional.of(new Bound(to, true)));
    }

    @Test
    void joiningNothingIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(Filter::all)
                .withMessage("the filter 'and' must have 1 to 1024 parts, had 0");
        assertThatIllegalArgumentException()
                .isThrownBy(Filter::any)
                .withMessage("the filter 'or' must have 1 to 1024 parts, had 0");
    }

    @Test
    void joiningTooManyIsRefused() {
        Filter[] many = new Filter[1_025];
        Arrays.fill(many, Fields.pinned().isTrue());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Filter.any(many))
                .withMessage("the filter 'or' must have 1 to 1024 parts, had 1025");
    }

    @Test
    void aFilterOfMoreThanSixtyFourLevelsIsRefused() {
        Filter deepest = nested(64);
        assertThat(deepest.depth()).isEqualTo(64);
        String message = "a filter must have at most 64 levels, had 65";

        assertThatIllegalArgumentException().isThrownBy(deepest::not).withMessage(message);
        assertThatIllegalArgumentException().isThrownBy(() -> deepest.and(LEAF)).withMessage(message);
        assertThatIllegalArgumentException().isThrownBy(() -> LEAF.or(deepest)).withMessage(message);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Filter.all(deepest))
                .withMessage(message);
    }

    @Test
    void aLongChainOfOneJoinIsOneLevel() {
        Filter and = LEAF;
        Filter or = LEAF;
        for (int i = 0; i < 200; i++) {
            and = and.and(type().is("note"));
            or = or.or(type().is("other"));
        }

        assertThat(and.depth()).isEqualTo(2);
        assertThat(or.depth()).isEqualTo(2);
        assertThat(and.matches(NOTE)).isTrue();
        assertThat(or.matches(NOTE)).isTrue();
        assertThat(and.or(or).depth()).isEqualTo(3);
    }

    @Test
    void joiningLeavesTheJoinedAsTheyWere() {
        Filter both = LEAF.and(success().isTrue());
        Filter three = both.and(time().after(Instant.EPOCH));

        assertThat(((Filter.And) both).all()).hasSize(2);
        assertThat(((Filter.And) three).all()).hasSize(3);
        var parts = new ArrayList<>(List.of(LEAF));
        var made = new Filter.Or(parts);
        parts.clear();
        assertThat(made.any()).containsExactly(LEAF);
    }

    @Test
    void andBindsInTheOrderOfTheCalls() {
        // (note or success) and pinned, not: note or (success and pinned)
        Filter filter = LEAF.or(success().isTrue()).and(Fields.pinned().isTrue());

        assertThat(filter.matches(NOTE)).isFalse();
        assertThat(filter.matches(NOTE.pinned())).isTrue();
    }

    @Test
    void equalFiltersAreEqual() {
        assertThat(type().in("a", "b").and(success().isTrue()))
                .isEqualTo(type().in("a", "b").and(success().isTrue()))
                .isNotEqualTo(type().in("a").and(success().isTrue()));
    }
}
