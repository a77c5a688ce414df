package dev.mneme.memory.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InteractionTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Interaction BARE = Interaction.of("a", "payment failed");
    private static final Interaction FULL = BARE.type("tool_call")
            .session("s")
            .position(2)
            .speaker("Ann")
            .success(false)
            .time(NOON)
            .importance(1)
            .pinned()
            .ttl(Duration.ofNanos(1))
            .vector(new float[] {1, 2})
            .meta("text", "x")
            .meta("whole", 5)
            .meta("decimal", 5.5)
            .meta("flag", true)
            .meta("time", NOON);

    @Test
    void whatIsNotGivenHasADefaultOrIsAbsent() {
        assertThat(BARE.id()).isEqualTo("a");
        assertThat(BARE.text()).isEqualTo("payment failed");
        assertThat(BARE.type()).isEqualTo("message");
        assertThat(BARE.importance()).isEqualTo(0.5);
        assertThat(BARE.isPinned()).isFalse();
        assertThat(BARE.session()).isEmpty();
        assertThat(BARE.speaker()).isEmpty();
        assertThat(BARE.position()).isEmpty();
        assertThat(BARE.success()).isEmpty();
        assertThat(BARE.time()).isEmpty();
        assertThat(BARE.ttl()).isEmpty();
        assertThat(BARE.vector()).isEmpty();
        assertThat(BARE.meta()).isEmpty();
    }

    @Test
    void whatIsGivenIsKept() {
        assertThat(FULL.type()).isEqualTo("tool_call");
        assertThat(FULL.session()).hasValue("s");
        assertThat(FULL.position()).hasValue(2);
        assertThat(FULL.speaker()).hasValue("Ann");
        assertThat(FULL.success()).hasValue(false);
        assertThat(FULL.time()).hasValue(NOON);
        assertThat(FULL.importance()).isEqualTo(1);
        assertThat(FULL.isPinned()).isTrue();
        assertThat(FULL.ttl()).hasValue(Duration.ofNanos(1));
        assertThat(FULL.vector().orElseThrow()).containsExactly(1, 2);
        assertThat(FULL.meta())
                .isEqualTo(Map.of(
                        "text", MetaValue.of("x"),
                        "whole", MetaValue.of(5L),
                        "decimal", MetaValue.of(5.5),
                        "flag", MetaValue.of(true),
                        "time", MetaValue.of(NOON)));
    }

    @Test
    void anInteractionIsNeverChangedByTheOnesMadeFromIt() {
        Interaction one = BARE.meta("k", 1).type("one");
        Interaction other = one.meta("k", 2).meta("l", 3).type("other").pinned();

        assertThat(one.meta()).isEqualTo(Map.of("k", MetaValue.of(1L)));
        assertThat(one.type()).isEqualTo("one");
        assertThat(one.isPinned()).isFalse();
        assertThat(other.meta()).hasSize(2);
        assertThat(BARE).isEqualTo(Interaction.of("a", "payment failed"));
    }

    @Test
    void vectorsAreCopiedInAndOut() {
        float[] given = {1, 2};
        Interaction interaction = BARE.vector(given);
        Interaction restored = BARE.withContent("x", given);
        given[0] = 9;
        interaction.vector().orElseThrow()[1] = 9;

        assertThat(interaction.vector().orElseThrow()).containsExactly(1, 2);
        assertThat(restored.vector().orElseThrow()).containsExactly(1, 2);
    }

    @Test
    void metadataIsSortedByKeyAndCannotBeChanged() {
        assertThat(FULL.meta().keySet()).containsExactly("decimal", "flag", "text", "time", "whole");
        assertThatThrownBy(() -> FULL.meta().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void timesAreKeptToTheMillisecondBelow() {
        assertThat(BARE.time(NOON.plusNanos(1_999_999)).time()).hasValue(NOON.plusMillis(1));
        assertThat(BARE.time(Instant.ofEpochSecond(0, -1)).time()).hasValue(Instant.ofEpochMilli(-1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BARE.time(Instant.MIN))
                .withMessage("a time must fit into 64 bits of milliseconds, was " + Instant.MIN);
    }

    @Test
    void madeIdsDiffer() {
        assertThat(Interaction.of("same").id())
                .isNotBlank()
                .isNotEqualTo(Interaction.of("same").id());
    }

    @Test
    void interactionsAreEqualIfAllTheirPartsAre() {
        Interaction same = BARE.type("tool_call")
                .session("s")
                .position(2)
                .speaker("Ann")
                .success(false)
                .time(NOON)
                .importance(1)
                .pinned()
                .ttl(Duration.ofNanos(1))
                .vector(new float[] {1, 2})
                .meta("time", NOON)
                .meta("flag", true)
                .meta("decimal", 5.5)
                .meta("whole", 5)
                .meta("text", "x");
        assertThat(same).isEqualTo(FULL).hasSameHashCodeAs(FULL);
        for (Interaction other : List.of(
                FULL.type("x"),
                FULL.session("x"),
                FULL.position(3),
                FULL.speaker("x"),
                FULL.success(true),
                FULL.time(NOON.plusMillis(1)),
                FULL.importance(0),
                FULL.ttl(Duration.ofNanos(2)),
                FULL.vector(new float[] {1, 3}),
                FULL.meta("whole", 5.0),
                FULL.withContent("other text", new float[] {1, 2}),
                FULL.withContent(FULL.text(), null),
                BARE)) {
            assertThat(other).isNotEqualTo(FULL);
        }
        assertThat(BARE.pinned()).isNotEqualTo(BARE);
        assertThat(Interaction.of("b", BARE.text())).isNotEqualTo(BARE);
    }

    @Test
    void contentIsTakenOffAndPutBackWithoutLoss() {
        Interaction parts = FULL.withoutContent();

        assertThat(parts.text()).isEmpty();
        assertThat(parts.vector()).isEmpty();
        assertThat(parts.meta()).isEqualTo(FULL.meta());
        assertThat(parts.withContent(FULL.text(), FULL.vector().orElseThrow())).isEqualTo(FULL);
        assertThat(BARE.withoutContent().withContent(BARE.text(), null)).isEqualTo(BARE);
    }

    @Test
    void itsWordsTellNoTextAndNoMetadata() {
        assertThat(FULL).hasToString("Interaction[id=a, type=tool_call, time=2026-03-01T12:00:00Z]");
    }

    @Test
    void namesThatAreBlankOrTooLongAreRefusedWithoutTellingThem() {
        assertRefused(() -> Interaction.of("", "x"), "id must not be blank, was empty");
        assertRefused(() -> Interaction.of(" ", "x"), "id must not be blank, was blank");
        assertRefused(() -> Interaction.of("x".repeat(513), "x"), "id must have at most 512 characters, had 513");
        assertRefused(() -> BARE.type(""), "type must not be blank, was empty");
        assertRefused(() -> BARE.session("\t"), "session must not be blank, was blank");
        assertRefused(() -> BARE.speaker("x".repeat(257)), "speaker must have at most 256 characters, had 257");
        assertRefused(() -> BARE.meta(" ", 1), "metadata key must not be blank, was blank");
        assertRefused(() -> BARE.meta("k".repeat(257), 1), "metadata key must have at most 256 characters, had 257");
        assertThat(Interaction.of("x".repeat(512), "x").type("t".repeat(256)).type())
                .hasSize(256);
    }

    @Test
    void metadataHasAtMostSixtyFourEntries() {
        Interaction full = BARE;
        for (int i = 0; i < 64; i++) {
            full = full.meta("k" + i, i);
        }
        Interaction last = full;

        assertThat(last.meta("k0", "replaced").meta()).hasSize(64);
        assertRefused(() -> last.meta("k64", 1), "metadata must have at most 64 entries, had 65");
    }

    @Test
    void metadataValuesAreChecked() {
        assertRefused(() -> BARE.meta("k", Double.NaN), "a number must be finite, was NaN");
        assertRefused(
                () -> BARE.meta("k", "x".repeat(4_097)), "a text value must have at most 4096 characters, had 4097");
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.001, 1.001, Double.NaN})
    void anImportanceOutOfRangeIsRefused(double importance) {
        assertRefused(() -> BARE.importance(importance), "importance must be from 0 to 1, was " + importance);
    }

    @Test
    void aPositionBelowZeroIsRefused() {
        assertRefused(() -> BARE.position(-1), "position must be at least 0, was -1");
    }

    @Test
    void aTimeToLiveOfNothingIsRefused() {
        assertRefused(() -> BARE.ttl(Duration.ZERO), "ttl must be above zero, was PT0S");
        assertRefused(() -> BARE.ttl(Duration.ofSeconds(-1)), "ttl must be above zero, was PT-1S");
    }

    @Test
    void aVectorWithoutNumbersOrDirectionIsRefused() {
        assertRefused(() -> BARE.vector(new float[0]), "a vector must have at least one dimension, had none");
        assertRefused(() -> BARE.vector(new float[2]), "a vector must have a length above zero, was all zero");
        assertRefused(
                () -> BARE.vector(new float[] {1, Float.NaN}),
                "a vector must hold finite numbers, was NaN at dimension 1");
        assertRefused(
                () -> BARE.vector(new float[] {Float.NEGATIVE_INFINITY}),
                "a vector must hold finite numbers, was -Infinity at dimension 0");
        assertThat(BARE.vector(new float[] {Float.MIN_VALUE}).vector()).isPresent();
    }

    private static void assertRefused(Supplier<Interaction> wrong, String message) {
        assertThatIllegalArgumentException().isThrownBy(wrong::get).withMessage(message);
    }
}
