package dev.mneme.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.events.Samples.Everything;
import dev.mneme.events.Samples.NotedV1;
import dev.mneme.events.Samples.NotedV2;
import dev.mneme.events.Samples.NotedV3;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HostileInputTest {

    private static final int INPUTS = Boolean.getBoolean("mneme.long") ? 1_000_000 : 10_000;

    /** What one input of at most 256 KiB may cost, with the widest object there is for its bytes. */
    private static final long MAX_ALLOCATED = 64L << 20;

    private static final List<byte[]> PIECES = List.of(
            "{".getBytes(UTF_8),
            "}".getBytes(UTF_8),
            "[".getBytes(UTF_8),
            "]".getBytes(UTF_8),
            ",".getBytes(UTF_8),
            "\"".getBytes(UTF_8),
            "null".getBytes(UTF_8),
            "0".getBytes(UTF_8),
            "1e999999999".getBytes(UTF_8),
            "-".getBytes(UTF_8),
            "1.7".getBytes(UTF_8),
            "\\ud83d".getBytes(UTF_8),
            "\"x\":1,".getBytes(UTF_8),
            "\"data\":".getBytes(UTF_8),
            "\"type\":".getBytes(UTF_8),
            "99999999999999999999".getBytes(UTF_8),
            new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
            new byte[] {(byte) 0xFF},
            new byte[] {0},
            "[".repeat(100).getBytes(UTF_8),
            "9".repeat(2000).getBytes(UTF_8),
            "\"".repeat(300).getBytes(UTF_8));

    @Test
    void noInputMakesTheCodecThrowOrTakeMemoryWithoutBound() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        var values = new RandomValues(random);
        EventCodec plain = EventCodec.of(Samples.N3);
        EventCodec compressing = EventCodec.builder(Samples.N3).compressFrom(1).build();
        var types = List.<Class<? extends Event>>of(NotedV1.class, NotedV2.class, NotedV3.class, Everything.class);
        var counts = new EnumMap<Outcome, Integer>(Outcome.class);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int i = 0; i < INPUTS; i++) {
            Envelope<Event> event = values.envelope(types.get(random.nextInt(types.size())));
            byte[] input = (random.nextInt(5) == 0 ? compressing : plain).encode(event);
            for (int mutations = 1 + random.nextInt(3); mutations > 0; mutations--) {
                input = mutated(input, random);
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            Decoded decoded;
            try {
                decoded = plain.decode(input);
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed + ", input " + i + ": " + new String(input, UTF_8), e);
            }
            assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                    .as("seed %s, input %s", seed, i)
                    .isLessThan(MAX_ALLOCATED);
            counts.merge(
                    decoded.fold(k -> Outcome.KNOWN, u -> Outcome.UNKNOWN, m -> Outcome.MALFORMED), 1, Integer::sum);
        }
        // a mutation can hit a text and leave a good event; most must not
        assertThat(counts.get(Outcome.MALFORMED))
                .as("seed %s: %s", seed, counts)
                .isGreaterThan(INPUTS / 2);
        assertThat(counts).as("seed %s", seed).containsKeys(Outcome.KNOWN, Outcome.UNKNOWN);
    }

    @Test
    void largeInputsOfOneKindAreBoundedToo() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        EventCodec codec = EventCodec.of(Samples.N3);
        String head = new String(codec.encode(Samples.envelope(new NotedV1("m", "t"))), UTF_8);
        for (String unit : List.of("{\"a\":1},", "[],", "\"\",", "0,", "[[[]]],", "1e1,")) {
            String list = "[" + unit.repeat(250_000 / unit.length());
            String closed = list.substring(0, list.length() - 1) + "]";
            for (String at : List.of("{\"memoryId", "{\"specversion")) {
                byte[] input = head.replace(at, "{\"x\":" + closed + "," + at.substring(1))
                        .getBytes(UTF_8);
                long before = threads.getCurrentThreadAllocatedBytes();
                Samples.known(codec.decode(input));
                assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(MAX_ALLOCATED);
            }
        }
    }

    private enum Outcome {
        KNOWN,
        UNKNOWN,
        MALFORMED
    }

    private static byte[] mutated(byte[] input, Random random) {
        int at = random.nextInt(Math.max(1, input.length));
        int length = Math.min(input.length - at, 1 + random.nextInt(20));
        return switch (random.nextInt(7)) {
            case 0 -> replaced(input, at, 0, PIECES.get(random.nextInt(PIECES.size())));
            case 1 -> replaced(input, at, length, PIECES.get(random.nextInt(PIECES.size())));
            case 2 -> replaced(input, at, length, new byte[0]);
            case 3 -> Arrays.copyOf(input, at);
            case 4 -> replaced(input, at, 0, Arrays.copyOfRange(input, at, at + length));
            case 5 -> replaced(input, at, Math.min(1, length), new byte[] {(byte) random.nextInt(256)});
            default -> {
                // digits of versions, so that events become older, newer, or readable only later
                String text = new String(input, UTF_8);
                yield text.replaceFirst("\"dataversion\":\\d", "\"dataversion\":" + random.nextInt(6))
                        .getBytes(UTF_8);
            }
        };
    }

    private static byte[] replaced(byte[] input, int at, int length, byte[] piece) {
        byte[] output = new byte[input.length - length + piece.length];
        System.arraycopy(input, 0, output, 0, at);
        System.arraycopy(piece, 0, output, at, piece.length);
        System.arraycopy(input, at + length, output, at + piece.length, input.length - at - length);
        return output;
    }
}
