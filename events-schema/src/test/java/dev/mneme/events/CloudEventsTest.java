package dev.mneme.events;

import static dev.mneme.events.Samples.envelope;
import static dev.mneme.events.Samples.known;
import static dev.mneme.events.Samples.malformed;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.events.Samples.Everything;
import dev.mneme.events.Samples.Importance;
import dev.mneme.events.Samples.NotedV1;
import dev.mneme.events.Samples.NotedV2;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.jackson.JsonFormat;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Our documents beside the CloudEvents SDK's. */
class CloudEventsTest {

    private static final EventCodec CODEC = EventCodec.of(Samples.N2);
    private static final JsonFormat SDK = new JsonFormat();

    private static final Envelope<NotedV2> SENT = envelope(new NotedV2("m1", "likes tea", Importance.HIGH, null))
            .header("subject", "tea")
            .header("hop", "1")
            .traceId("0af7651916cd43dd8448eb211c80319c")
            .correlationId("affair")
            .causationId("cause");

    @Test
    void theSdkReadsWhatWeWrite() {
        CloudEvent read = SDK.deserialize(CODEC.encode(SENT));
        assertThat(read.getSpecVersion().toString()).isEqualTo("1.0");
        assertThat(read.getId()).isEqualTo(SENT.id().toString());
        assertThat(read.getSource()).isEqualTo(URI.create("/chat"));
        assertThat(read.getType()).isEqualTo("memory.noted");
        assertThat(read.getTime().toInstant()).isEqualTo(SENT.time());
        assertThat(read.getSubject()).isEqualTo("tea");
        assertThat(read.getExtension("partitionkey")).isEqualTo("agent");
        assertThat(read.getExtension("dataversion")).isEqualTo(2);
        assertThat(read.getExtension("sessionid")).isEqualTo("s");
        assertThat(read.getExtensionNames())
                .containsExactlyInAnyOrder(
                        "dataversion",
                        "minreader",
                        "priority",
                        "tenant",
                        "sessionid",
                        "partitionkey",
                        "traceid",
                        "correlationid",
                        "causationid",
                        "hop");
        assertThat(new String(read.getData().toBytes(), UTF_8))
                .isEqualTo("{\"memoryId\":\"m1\",\"content\":\"likes tea\",\"importance\":\"HIGH\"}");
    }

    @Test
    void whatTheSdkWritesAgainWeReadAsTheSame() {
        long seed = new Random().nextLong();
        var values = new RandomValues(new Random(seed));
        EventCodec first = EventCodec.of(Samples.N1);
        for (int i = 0; i < 300; i++) {
            Envelope<Event> sent = values.envelope(i % 2 == 0 ? NotedV1.class : Everything.class);
            byte[] wire = first.encode(sent);
            byte[] again = SDK.serialize(SDK.deserialize(wire));
            assertThat(known(first.decode(again)).envelope().type()).isEqualTo(sent.type());
            if (i % 2 == 0) { // the SDK reads numbers as doubles and so changes decimals
                assertThat(known(first.decode(again)).envelope())
                        .as("seed %s", seed)
                        .isEqualTo(sent);
            }
        }
    }

    @Test
    void binaryModeHasTheAttributesOfTheSdk() {
        BinaryEvent binary = CODEC.encodeBinary(SENT);
        CloudEvent sdk = SDK.deserialize(CODEC.encode(SENT));
        assertThat(binary.attributes().keySet())
                .hasSize(
                        sdk.getAttributeNames().size() + sdk.getExtensionNames().size())
                .containsAll(sdk.getExtensionNames());
        for (String name : sdk.getExtensionNames()) {
            assertThat(binary.attributes()).containsEntry(name, String.valueOf(sdk.getExtension(name)));
        }
        for (String name : sdk.getAttributeNames()) {
            if (!name.equals("time")) {
                assertThat(binary.attributes()).containsEntry(name, String.valueOf(sdk.getAttribute(name)));
            }
        }
        assertThat(binary.data()).isEqualTo(sdk.getData().toBytes());
        assertThat(known(CODEC.decode(binary)).envelope()).isEqualTo(SENT);
        assertThat(binary).hasToString("BinaryEvent memory.noted, 59 bytes");
    }

    @Test
    void binaryModeTakesWhatTheSdkBuilds() {
        CloudEvent built = CloudEventBuilder.v1(SDK.deserialize(CODEC.encode(SENT)))
                .withData(
                        "application/json",
                        CODEC.encodeBinary(envelope(new NotedV1("m", "t"))).data())
                .withExtension("dataversion", 1)
                .withExtension("minreader", 1)
                .build();
        var attributes = new HashMap<String, String>();
        built.getAttributeNames().forEach(name -> attributes.put(name, String.valueOf(built.getAttribute(name))));
        built.getExtensionNames().forEach(name -> attributes.put(name, String.valueOf(built.getExtension(name))));
        Decoded.Known known =
                known(CODEC.decode(BinaryEvent.of(attributes, built.getData().toBytes())));
        assertThat(known.envelope().data()).isEqualTo(new NotedV2("m", "t", Importance.MEDIUM, "unknown"));
        assertThat(known.envelope().headers()).isEqualTo(SENT.headers());
    }

    @Test
    void compressedDataStaysCompressedInBinaryMode() {
        EventCodec codec = EventCodec.builder(Samples.N2).compressFrom(1).build();
        var sent = envelope(new NotedV2("m", "tea ".repeat(500), Importance.LOW, "o"));
        BinaryEvent binary = codec.encodeBinary(sent);
        assertThat(binary.data().length).isLessThan(200);
        assertThat(known(codec.decode(binary)).envelope()).isEqualTo(sent);
    }

    @Test
    void dataCannotBringAttributesOfItsOwn() {
        Map<String, String> attributes = new HashMap<>(CODEC.encodeBinary(SENT).attributes());
        attributes.remove("tenant");
        String data = new String(CODEC.encodeBinary(SENT).data(), UTF_8);
        for (String bad : new String[] {data + ",\"tenant\":\"other\"", "", data + data, data.substring(1), "x"}) {
            Decoded.Malformed malformed = malformed(CODEC.decode(BinaryEvent.of(attributes, bad.getBytes(UTF_8))));
            assertThat(malformed.detail()).isEqualTo("data must be one JSON value");
        }
        assertThat(malformed(CODEC.decode(BinaryEvent.of(attributes, data.getBytes(UTF_8))))
                        .detail())
                .isEqualTo("tenant is missing");
        assertThat(malformed(CODEC.decode(BinaryEvent.of(Map.of(), new byte[300_000])))
                        .fault())
                .isEqualTo(Decoded.Malformed.Fault.TOO_LARGE);
        assertThat(malformed(CODEC.decode(BinaryEvent.of(Map.of(), "{}".getBytes(UTF_8))))
                        .fault())
                .isEqualTo(Decoded.Malformed.Fault.BAD_ENVELOPE);
    }
}
