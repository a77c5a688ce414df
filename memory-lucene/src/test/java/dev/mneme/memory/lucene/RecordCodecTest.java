package dev.mneme.memory.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.MetaValue;
import dev.mneme.memory.lucene.RecordCodec.Kept;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.apache.lucene.index.CorruptIndexException;
import org.junit.jupiter.api.Test;

class RecordCodecTest {

    @Test
    void anyInteractionIsReadAsItWasWritten() throws IOException {
        long seed = 17;
        var random = new Random(seed);
        for (int i = 0; i < 1_000; i++) {
            Interaction written = interaction(random);
            int length = random.nextInt();
            byte[] vector = RecordCodec.encode(written.vector().orElse(new float[0]));

            Kept read = RecordCodec.decode(RecordCodec.encode(written, length));

            float[] kept = RecordCodec.decodeVector(vector, 0, vector.length);
            assertThat(read.interaction().withContent(read.interaction().text(), read.ownVector() ? kept : null))
                    .as("seed %d, record %d", seed, i)
                    .isEqualTo(written);
            assertThat(read.length()).isEqualTo(length);
            assertThat(read.ownVector()).isEqualTo(written.vector().isPresent());
        }
    }

    @Test
    void anUnknownVersionIsRefused() {
        byte[] record = RecordCodec.encode(Interaction.of("id", "text").time(Instant.EPOCH), 1);
        record[0]++;
        assertThatThrownBy(() -> RecordCodec.decode(record))
                .isInstanceOf(CorruptIndexException.class)
                .hasMessageContaining("unknown version 2");
    }

    @Test
    void vectorsAreKeptBitForBit() {
        float[] vector = {1, -0.0f, Float.MIN_VALUE, -Float.MAX_VALUE, 0.1f, Float.MIN_NORMAL};
        byte[] bytes = RecordCodec.encode(vector);
        float[] read = RecordCodec.decodeVector(bytes, 0, bytes.length);
        for (int i = 0; i < vector.length; i++) {
            assertThat(Float.floatToRawIntBits(read[i])).isEqualTo(Float.floatToRawIntBits(vector[i]));
        }
        assertThat(RecordCodec.decodeVector(bytes, 8, 8)).containsExactly(Float.MIN_VALUE, -Float.MAX_VALUE);
    }

    private static Interaction interaction(Random random) {
        Interaction made = Interaction.of("x" + text(random, 511), text(random, random.nextInt(20) == 0 ? 65_000 : 300))
                .time(
                        random.nextBoolean()
                                ? Instant.ofEpochMilli(random.nextLong())
                                : Instant.ofEpochMilli(random.nextInt()));
        made = random.nextBoolean() ? made.type("t" + text(random, 255)) : made;
        made = random.nextBoolean() ? made.session("s" + text(random, 255)) : made;
        made = random.nextBoolean() ? made.speaker("p" + text(random, 255)) : made;
        made = random.nextBoolean() ? made.position(random.nextInt(Integer.MAX_VALUE)) : made;
        made = random.nextBoolean() ? made.success(random.nextBoolean()) : made;
        made = random.nextBoolean() ? made.importance(random.nextDouble()) : made;
        made = random.nextBoolean() ? made.pinned() : made;
        made = random.nextBoolean() ? made.ttl(ttl(random)) : made;
        made = random.nextBoolean() ? made.vector(vector(random)) : made;
        int entries = random.nextInt(8) == 0 ? Interaction.MAX_META : random.nextInt(4);
        for (int i = 0; i < entries; i++) {
            made = made.meta(i + text(random, 250), value(random));
        }
        return made;
    }

    private static Duration ttl(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> Duration.ofNanos(1 + random.nextInt(1_000));
            case 1 ->
                Duration.ofSeconds(1 + random.nextInt(), random.nextInt(1_000_000_000))
                        .abs()
                        .plusNanos(1);
            default -> Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
        };
    }

    private static float[] vector(Random random) {
        var vector = new float[1 + random.nextInt(20)];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }

    private static MetaValue value(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> MetaValue.of(text(random, random.nextInt(10) == 0 ? MetaValue.MAX_TEXT_LENGTH : 20));
            case 1 -> MetaValue.of(random.nextLong());
            case 2 -> MetaValue.of(random.nextGaussian() * 1e300);
            case 3 -> MetaValue.of(random.nextBoolean());
            default -> MetaValue.of(Instant.ofEpochMilli(random.nextLong()));
        };
    }

    /** Any UTF-16 units at all: lone surrogates, zeros and what takes three bytes. */
    private static String text(Random random, int maxLength) {
        int length = random.nextInt(maxLength + 1);
        int most = random.nextBoolean() ? 128 : Character.MAX_VALUE + 1;
        var text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append((char) random.nextInt(most));
        }
        return text.toString();
    }
}
