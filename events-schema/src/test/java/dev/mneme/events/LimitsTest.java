package dev.mneme.events;

import static dev.mneme.events.Samples.envelope;
import static dev.mneme.events.Samples.known;
import static dev.mneme.events.Samples.malformed;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mneme.events.Decoded.Malformed.Fault;
import dev.mneme.events.Samples.Importance;
import dev.mneme.events.Samples.NotedV1;
import dev.mneme.events.Samples.NotedV2;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class LimitsTest {

    private static final EventCodec CODEC = EventCodec.of(Samples.N1);
    private static final EventCodec GENEROUS = EventCodec.builder(Samples.N1)
            .maxBytes(1 << 20)
            .maxTextLength(1 << 20)
            .build();

    @Test
    void aDocumentOverTheLimitIsRefusedUnread() {
        byte[] wire = GENEROUS.encode(envelope(new NotedV1("m", "x".repeat(256 * 1024))));
        assertThat(malformed(CODEC.decode(wire)).fault()).isEqualTo(Fault.TOO_LARGE);
        assertThat(malformed(CODEC.decode(wire)).detail())
                .isEqualTo("a document must have at most 262144 bytes, had " + wire.length);
        known(GENEROUS.decode(wire));
    }

    @Test
    void aTextMayBeAsLongAsTheLimitAndNoLonger() {
        var longest = envelope(new NotedV1("m", "x".repeat(128 * 1024)));
        assertThat(known(CODEC.decode(CODEC.encode(longest))).envelope()).isEqualTo(longest);

        var longer = envelope(new NotedV1("m", "x".repeat(128 * 1024 + 1)));
        assertThat(malformed(CODEC.decode(GENEROUS.encode(longer))).fault()).isEqualTo(Fault.TOO_LARGE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CODEC.encode(longer))
                .withMessageEndingWith(" must be readable within the limits: a limit is exceeded");
    }

    @Test
    void nestingIsBoundedAlsoWhereNobodyLooks() {
        String wire = new String(CODEC.encode(envelope(new NotedV1("m", "t"))), UTF_8);
        String deep = wire.replace("{\"memoryId", "{\"x\":" + "[".repeat(30) + "]".repeat(30) + ",\"memoryId");
        known(CODEC.decode(deep.getBytes(UTF_8)));
        String deeper = wire.replace("{\"memoryId", "{\"x\":" + "[".repeat(31) + "]".repeat(31) + ",\"memoryId");
        assertThat(malformed(CODEC.decode(deeper.getBytes(UTF_8))).fault()).isEqualTo(Fault.TOO_LARGE);
    }

    @EventType(name = "deep.made", version = 1)
    record Deep(List<List<List<String>>> lists) implements Event {}

    @Test
    void aRecordThatNestsTooDeepIsRefusedByItsCodec() {
        EventRegistry registry = EventRegistry.of(Deep.class);
        EventCodec.builder(registry).maxDepth(5).build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventCodec.builder(registry).maxDepth(4).build())
                .withMessage("deep.made v1 must nest at most 4 levels in its envelope, does 5");
    }

    @Test
    void aNumberOfAbsurdSizeIsMalformed() {
        String wire = new String(CODEC.encode(envelope(new NotedV1("m", "t"))), UTF_8);
        for (String number : List.of("9".repeat(1001), "1e99999999999", "1e" + "9".repeat(500), "-1e-99999999999999")) {
            String strange = wire.replace("{\"memoryId", "{\"x\":" + number + ",\"memoryId");
            Decoded decoded = CODEC.decode(strange.getBytes(UTF_8));
            EventCodec upcasting = EventCodec.of(Samples.N2);
            Decoded upcast = upcasting.decode(strange.getBytes(UTF_8));
            assertThat(List.of(decoded, upcast))
                    .allMatch(each -> each instanceof Decoded.Known || each instanceof Decoded.Malformed);
        }
    }

    @Test
    void compressedDataComesBackAndIsSmaller() {
        EventCodec compressing =
                EventCodec.builder(Samples.N2).compressFrom(1000).build();
        var sent = envelope(new NotedV2("m", "likes tea ".repeat(1000), Importance.LOW, "o"));
        byte[] wire = compressing.encode(sent);
        assertThat(wire.length).isLessThan(1000);
        assertThat(new String(wire, UTF_8)).contains("\"datacompression\":\"gzip\",\"data_base64\":\"");
        assertThat(known(EventCodec.of(Samples.N2).decode(wire)).envelope()).isEqualTo(sent);

        var small = envelope(new NotedV2("m", "likes tea", Importance.LOW, "o"));
        assertThat(new String(compressing.encode(small), UTF_8)).contains("\"data\":{");
        var old = envelope(new NotedV1("m", "likes tea ".repeat(1000)));
        assertThat(known(compressing.decode(compressing.encode(old))).sentVersion())
                .isEqualTo(1);
    }

    @Test
    void aBombIsMalformedAndIsNotInflatedBeyondTheLimit() throws IOException {
        String plain = new String(CODEC.encode(envelope(new NotedV1("m", "t"))), UTF_8);
        byte[] zeros = new byte[1 << 20];
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            for (int megabyte = 0; megabyte < 100; megabyte++) {
                gzip.write(zeros);
            }
        }
        String bomb = Base64.getEncoder().encodeToString(out.toByteArray());
        String wire =
                plain.replaceAll("\"data\":\\{.*}}", "\"datacompression\":\"gzip\",\"data_base64\":\"" + bomb + "\"}");
        assertThat(wire.length()).isLessThan(256 * 1024);
        Decoded.Malformed malformed = malformed(CODEC.decode(wire.getBytes(UTF_8)));
        assertThat(malformed.fault()).isEqualTo(Fault.TOO_LARGE);
        assertThat(malformed.detail()).isEqualTo("data must have at most 262144 bytes after inflating");

        String broken = wire.replace(bomb, "AAAA");
        assertThat(malformed(CODEC.decode(broken.getBytes(UTF_8))).detail()).isEqualTo("data_base64 must be gzip");
    }

    @Test
    void aCompressedDocumentIsHeldToTheLimitsOfItsContent() {
        EventCodec compressing = EventCodec.builder(Samples.N1).compressFrom(1).build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> compressing.encode(envelope(new NotedV1("m", "x".repeat(300_000)))))
                .withMessageContaining(" must have at most 262144 bytes of data, had 300");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> compressing.encode(envelope(new NotedV1("m", "x".repeat(200_000)))))
                .withMessageContaining("must be readable within the limits");
    }

    @Test
    void aLimitThatMakesNoSenseIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventCodec.builder(Samples.N1).maxBytes(1023))
                .withMessage("maxBytes must be at least 1024, was 1023");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventCodec.builder(Samples.N1).maxTextLength(255))
                .withMessage("maxTextLength must be at least 256, was 255");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventCodec.builder(Samples.N1).maxDepth(501))
                .withMessage("maxDepth must be at most 500, was 501");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventCodec.builder(Samples.N1).compressFrom(0))
                .withMessage("compressFrom must be at least 1, was 0");
    }
}
