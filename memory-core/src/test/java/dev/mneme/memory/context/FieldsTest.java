package dev.mneme.memory.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mneme.memory.context.MetaValue.Kind;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FieldsTest {

    private static final Interaction FULL = Interaction.of("a", "x")
            .type("note")
            .session("s")
            .speaker("Ann")
            .position(3)
            .success(true)
            .time(Instant.EPOCH)
            .importance(0.25)
            .pinned()
            .meta("tool", "payments");

    @ParameterizedTest
    @ValueSource(strings = {"", "typo", "Type", "meta", "meta.", "metadata.x", "text", "id", " type"})
    void anUnknownFieldIsRefusedByName(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fields.field(name))
                .withMessage("unknown filter field '" + name
                        + "': must be one of [type, success, time, session, speaker, position, importance, pinned]"
                        + " or meta.<key>");
    }

    @Test
    void eachFieldReadsItsPartOfAnInteraction() {
        for (Filter filter : List.of(
                Fields.type().is("note"),
                Fields.session().is("s"),
                Fields.speaker().is("Ann"),
                Fields.position().is(3),
                Fields.success().isTrue(),
                Fields.field("time").is(Instant.EPOCH),
                Fields.importance().is(0.25),
                Fields.pinned().isTrue(),
                Fields.meta("tool").is("payments"))) {
            assertThat(filter.matches(FULL)).as("%s", filter).isTrue();
            assertThat(filter.not().matches(FULL)).as("not %s", filter).isFalse();
        }
    }

    @Test
    void aFieldByNameIsTheFieldByMethod() {
        assertThat(Fields.field("type").is("note")).isEqualTo(Fields.type().is("note"));
        assertThat(Fields.field("type").in("a", "b")).isEqualTo(Fields.type().in("a", "b"));
        assertThat(Fields.field("success").is(true)).isEqualTo(Fields.success().isTrue());
        assertThat(Fields.field("position").is(3.0)).isEqualTo(Fields.position().is(3));
        assertThat(Fields.field("importance").atLeast(0.5))
                .isEqualTo(Fields.importance().atLeast(0.5));
        assertThat(Fields.field("importance").atMost(0.5))
                .isEqualTo(Fields.importance().atMost(0.5));
        assertThat(Fields.field("time").after(Instant.EPOCH))
                .isEqualTo(Fields.time().after(Instant.EPOCH));
        assertThat(Fields.field("time").before(Instant.EPOCH))
                .isEqualTo(Fields.time().before(Instant.EPOCH));
        assertThat(Fields.field("meta.tool").exists())
                .isEqualTo(Fields.meta("tool").exists());
        assertThat(Fields.field("speaker").exists()).isEqualTo(Fields.speaker().exists());
    }

    @Test
    void aFieldByNameRefusesAValueOfAnotherKindWhenTheFilterIsMade() {
        for (Supplier<Filter> wrong : List.<Supplier<Filter>>of(
                () -> Fields.field("type").is(5),
                () -> Fields.field("type").atLeast(5),
                () -> Fields.field("success").is("yes"),
                () -> Fields.field("position").in("1"),
                () -> Fields.field("session").in(1, 2),
                () -> Fields.field("importance").is(true),
                () -> Fields.field("time").is(0.5),
                () -> Fields.field("speaker").is(Instant.EPOCH),
                () -> Fields.field("pinned").after(Instant.EPOCH))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(wrong::get)
                    .withMessageMatching("the filter on '\\w+' must compare with .+, was .+");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fields.field("type").is(5))
                .withMessage("the filter on 'type' must compare with text, was a number");
    }

    @Test
    void numbersThatAreNoneAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fields.importance().atLeast(Double.NaN))
                .withMessage("a number must be finite, was NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fields.meta("n").is(Double.POSITIVE_INFINITY))
                .withMessage("a number must be finite, was Infinity");
    }

    @Test
    void aFieldKnowsItsKindAndItsMetadataKey() {
        assertThat(new Field("speaker").kind()).hasValue(Kind.TEXT);
        assertThat(new Field("pinned").kind()).hasValue(Kind.FLAG);
        assertThat(new Field("importance").kind()).hasValue(Kind.NUMBER);
        assertThat(new Field("time").kind()).hasValue(Kind.TIME);
        assertThat(new Field("meta.tool").kind()).isEmpty();
        assertThat(new Field("meta.meta.x").metaKey()).hasValue("meta.x");
        assertThat(new Field("type").metaKey()).isEmpty();
    }

    @Test
    void betweenTakesItsStartAndLeavesItsEnd() {
        Filter filter = Fields.time().between(Instant.EPOCH, Instant.EPOCH.plusMillis(2));

        assertThat(filter.matches(FULL.time(Instant.EPOCH.minusMillis(1)))).isFalse();
        assertThat(filter.matches(FULL.time(Instant.EPOCH))).isTrue();
        assertThat(filter.matches(FULL.time(Instant.EPOCH.plusMillis(1)))).isTrue();
        assertThat(filter.matches(FULL.time(Instant.EPOCH.plusMillis(2)))).isFalse();
    }
}
