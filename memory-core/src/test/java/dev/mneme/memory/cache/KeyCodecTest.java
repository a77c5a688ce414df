package dev.mneme.memory.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.TypeRef;
import java.time.DayOfWeek;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class KeyCodecTest {

    record Pair(String first, String second) {}

    record Nested(Pair pair, long number, DayOfWeek day, UUID id, int small) {}

    record Picky(String text) {
        Picky {
            if (text.equals("no")) {
                throw new IllegalStateException("picky");
            }
        }
    }

    record Unknown(List<String> texts) {}

    record Empty() {}

    @Test
    void everyKeyComesBackAsItWas() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            var pair = new Pair(text(random), text(random));
            var nested = new Nested(
                    pair,
                    random.nextLong(),
                    DayOfWeek.of(1 + random.nextInt(7)),
                    new UUID(random.nextLong(), random.nextLong()),
                    random.nextInt());
            comesBack(Nested.class, nested, seed);
            comesBack(Pair.class, pair, seed);
            comesBack(String.class, pair.first(), seed);
            comesBack(Long.class, nested.number(), seed);
            comesBack(Integer.class, nested.small(), seed);
            comesBack(UUID.class, nested.id(), seed);
            comesBack(DayOfWeek.class, nested.day(), seed);
        }
    }

    private static <K> void comesBack(Class<K> type, K key, long seed) {
        KeyCodec<K> codec = KeyCodec.of(type);
        assertThat(codec.decode(codec.encode(key))).as("seed " + seed).isEqualTo(key);
    }

    private static String text(Random random) {
        String letters = "a1_:%/ {}~.-яé\u4e2d";
        var text = new StringBuilder();
        for (int i = random.nextInt(6); i >= 0; i--) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return text.toString();
    }

    @Test
    void differentKeysAreWrittenDifferently() {
        KeyCodec<Pair> codec = KeyCodec.of(Pair.class);
        Set<String> texts = new HashSet<>();
        List<Pair> pairs = List.of(
                new Pair("1", "2_a"),
                new Pair("1_2", "a"),
                new Pair("1:2", "a"),
                new Pair("1", "2:a"),
                new Pair("1%3A2", "a"),
                new Pair("1%3a2", "a"));
        pairs.forEach(pair -> texts.add(codec.encode(pair)));
        assertThat(texts).hasSize(pairs.size());
    }

    @Test
    void aTypeThatCannotBeWrittenIsRefusedByTheNameOfItsPart() {
        assertThatThrownBy(() -> KeyCodec.of(Unknown.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Unknown.texts");
        assertThatThrownBy(() -> KeyCodec.of(Object.class)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> KeyCodec.of(new TypeRef<List<String>>() {}.type()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> KeyCodec.of(Empty.class)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatIsNoKeyIsRefusedWithoutRepeatingIt() {
        assertThatThrownBy(() -> KeyCodec.of(Pair.class).encode(new Pair("canary", null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("canary");
        for (String text : List.of("canary", "canary:b:c", "", ":", "canary: ")) {
            assertThatThrownBy(() -> KeyCodec.of(Pair.class).decode(text))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageNotContaining("canary");
        }
        assertThatThrownBy(() -> KeyCodec.of(Picky.class).decode("no")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> KeyCodec.of(DayOfWeek.class).decode("CANARYDAY"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("CANARY");
    }
}
