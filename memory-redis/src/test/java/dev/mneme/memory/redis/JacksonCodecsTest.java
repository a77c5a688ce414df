package dev.mneme.memory.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.TypeRef;
import dev.mneme.memory.cache.ValueCodec;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

/** The codec for values of which the user gave none. */
class JacksonCodecsTest {

    enum Plan {
        FREE {},
        PAID
    }

    record Access(
            String user,
            boolean paid,
            Plan plan,
            Instant since,
            LocalDate day,
            Duration left,
            Optional<String> note,
            List<Part> parts,
            Map<String, Integer> counts) {}

    record Part(int number, double weight) {}

    record Narrow(String user) {}

    sealed interface Shape permits Circle {}

    record Circle(int radius) implements Shape {}

    record Holder(List<Shape> shapes) {}

    interface Open {}

    private final JacksonCodecs codecs = new JacksonCodecs(64);

    private static Access access(Map<String, Integer> counts) {
        return new Access(
                "ы-1",
                true,
                Plan.FREE,
                Instant.parse("2026-01-02T03:04:05.123456789Z"),
                LocalDate.of(2026, 1, 2),
                Duration.ofMillis(1_234),
                Optional.of("n"),
                List.of(new Part(1, 0.1)),
                counts);
    }

    @Test
    void recordsGenericsDatesAndOptionalsComeBackAsTheyWere() throws Exception {
        ValueCodec<List<Access>> codec = codecs.codec(new TypeRef<List<Access>>() {}.type());
        List<Access> value = List.of(access(Map.of("a", 1)));
        assertThat(codec.decode(codec.encode(value))).isEqualTo(value);
        ValueCodec<Access> large = new JacksonCodecs(1_000_000).codec(Access.class);
        assertThat(large.decode(large.encode(value.get(0)))).isEqualTo(value.get(0));
    }

    @Test
    void equalValuesAreWrittenAlike() throws Exception {
        var forth = new LinkedHashMap<String, Integer>();
        var back = new LinkedHashMap<String, Integer>();
        for (int i = 0; i < 20; i++) {
            forth.put("k" + i, i);
            back.put("k" + (19 - i), 19 - i);
        }
        ValueCodec<Access> codec = codecs.codec(Access.class);
        assertThat(codec.encode(access(forth))).isEqualTo(codec.encode(access(back)));
    }

    @Test
    void whatAnotherVersionAddedIsPassedOver() throws Exception {
        byte[] written = codecs.<Access>codec(Access.class).encode(access(Map.of()));
        assertThat(codecs.<Narrow>codec(Narrow.class).decode(written)).isEqualTo(new Narrow("ы-1"));
    }

    @Test
    void largeValuesAreDeflatedAndNoClassIsNamed() throws Exception {
        ValueCodec<String> codec = codecs.codec(String.class);
        byte[] small = codec.encode("x".repeat(62));
        byte[] large = codec.encode("x".repeat(5_000));
        assertThat(small[0]).isEqualTo((byte) 0);
        assertThat(large[0]).isEqualTo((byte) 1);
        assertThat(large.length).isLessThan(200);
        assertThat(codec.decode(large)).isEqualTo("x".repeat(5_000));
        byte[] plain = new JacksonCodecs(1_000_000).<Access>codec(Access.class).encode(access(Map.of()));
        assertThat(new String(plain, UTF_8)).doesNotContain("Access", "dev.mneme", "java.");
    }

    @Test
    void whatCannotBeReadIsAnErrorAndNeverFillsTheHeap() {
        ValueCodec<String> codec = codecs.codec(String.class);
        var deflater = new Deflater();
        deflater.setInput(new byte[JacksonCodecs.MAX_INFLATED * 2]);
        deflater.finish();
        byte[] bomb = new byte[1_000_000];
        bomb[0] = 1;
        int length = deflater.deflate(bomb, 1, bomb.length - 1);
        deflater.end();
        assertThatThrownBy(() -> codec.decode(Arrays.copyOf(bomb, length + 1))).hasMessageContaining("may inflate to");
        assertThatThrownBy(() -> codec.decode(Arrays.copyOf(bomb, length / 2))).isInstanceOf(Exception.class);
        for (byte[] garbled :
                new byte[][] {{}, {0}, {7, '"', '"'}, {0, 'n', 'u', 'l', 'l'}, {1, 2, 3}, {0, '"', 'a'}}) {
            assertThatThrownBy(() -> codec.decode(garbled)).isInstanceOf(Exception.class);
        }
    }

    @Test
    void typesOfSeveralClassesAreRefusedWhereverTheyStand() {
        for (var type : List.of(Shape.class, Open.class, Holder.class)) {
            assertThatThrownBy(() -> codecs.codec(type))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("give the cache a codec");
        }
        assertThatThrownBy(() -> codecs.codec(new TypeRef<Map<String, Shape>>() {}.type()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
