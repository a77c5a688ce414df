package dev.mneme.memory.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mneme.memory.context.MetaValue.Kind;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetaValueTest {

    @Test
    void everyValueHasAKind() {
        assertThat(MetaValue.of("x").kind()).isEqualTo(Kind.TEXT);
        assertThat(MetaValue.of(5L).kind()).isEqualTo(Kind.NUMBER);
        assertThat(MetaValue.of(5.5).kind()).isEqualTo(Kind.NUMBER);
        assertThat(MetaValue.of(true).kind()).isEqualTo(Kind.FLAG);
        assertThat(MetaValue.of(Instant.EPOCH).kind()).isEqualTo(Kind.TIME);
        assertThat(List.of(Kind.values()))
                .extracting(Kind::toString)
                .containsExactly("text", "a number", "true or false", "a time");
    }

    @Test
    void wholeNumbersAndDecimalsCompareExactly() {
        long odd = (1L << 53) + 1;
        assertThat(MetaValue.same(MetaValue.of(5L), MetaValue.of(5.0))).isTrue();
        assertThat(MetaValue.same(MetaValue.of(odd), MetaValue.of((double) odd)))
                .isFalse();
        assertThat(MetaValue.compare(MetaValue.of(odd), MetaValue.of((double) odd)))
                .isPositive();
        assertThat(MetaValue.compare(MetaValue.of((double) odd), MetaValue.of(odd)))
                .isNegative();
        assertThat(MetaValue.compare(MetaValue.of(Long.MAX_VALUE), MetaValue.of(0x1p63)))
                .isNegative();
        assertThat(MetaValue.compare(MetaValue.of(Long.MIN_VALUE), MetaValue.of(-0x1p63)))
                .isZero();
        assertThat(MetaValue.compare(MetaValue.of(0L), MetaValue.of(Double.MIN_VALUE)))
                .isNegative();
        assertThat(MetaValue.compare(MetaValue.of(1L), MetaValue.of(2L))).isNegative();
        assertThat(MetaValue.compare(MetaValue.of(1.5), MetaValue.of(0.5))).isPositive();
    }

    @Test
    void timesCompareByTheMillisecond() {
        assertThat(MetaValue.compare(MetaValue.of(Instant.EPOCH), MetaValue.of(Instant.EPOCH.plusMillis(1))))
                .isNegative();
        assertThat(MetaValue.of(Instant.ofEpochSecond(0, 1_999_999)))
                .isEqualTo(MetaValue.of(Instant.EPOCH.plusMillis(1)));
        assertThat(MetaValue.of(Instant.ofEpochSecond(0, -1))).isEqualTo(MetaValue.of(Instant.ofEpochMilli(-1)));
    }

    @Test
    void minusZeroIsZero() {
        assertThat(MetaValue.of(-0.0)).isEqualTo(MetaValue.of(0.0));
        assertThat(MetaValue.compare(MetaValue.of(-0.0), MetaValue.of(0L))).isZero();
    }

    @Test
    void valuesOfDifferentKindsAreNeverTheSame() {
        assertThat(MetaValue.same(MetaValue.of("5"), MetaValue.of(5L))).isFalse();
        assertThat(MetaValue.same(MetaValue.of("true"), MetaValue.of(true))).isFalse();
        assertThat(MetaValue.same(MetaValue.of(0L), MetaValue.of(Instant.EPOCH)))
                .isFalse();
        assertThat(MetaValue.same(MetaValue.of("a"), MetaValue.of("a"))).isTrue();
        assertThat(MetaValue.same(MetaValue.of("a"), MetaValue.of("A"))).isFalse();
    }

    @Test
    void onlyNumbersAndTimesHaveAnOrder() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MetaValue.compare(MetaValue.of("a"), MetaValue.of("b")))
                .withMessage("only two numbers or two times have an order, had text and text");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MetaValue.compare(MetaValue.of(5L), MetaValue.of(Instant.EPOCH)))
                .withMessage("only two numbers or two times have an order, had a number and a time");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MetaValue.compare(MetaValue.of(true), MetaValue.of(false)));
    }

    @Test
    void valuesOutOfRangeAreRefusedWithoutTellingThem() {
        assertThat(MetaValue.of("x".repeat(4_096))).isNotNull();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MetaValue.of("x".repeat(4_097)))
                .withMessage("a text value must have at most 4096 characters, had 4097");
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> MetaValue.of(bad))
                    .withMessage("a number must be finite, was " + bad);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MetaValue.of(Instant.MAX))
                .withMessage("a time must fit into 64 bits of milliseconds, was " + Instant.MAX);
    }
}
