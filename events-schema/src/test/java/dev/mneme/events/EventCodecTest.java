package dev.mneme.events;

import static dev.mneme.events.Samples.envelope;
import static dev.mneme.events.Samples.known;
import static dev.mneme.events.Samples.malformed;
import static dev.mneme.events.Samples.unknown;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.mneme.Tenant;
import dev.mneme.events.Decoded.Malformed.Fault;
import dev.mneme.events.Decoded.Unknown.Reason;
import dev.mneme.events.Samples.Importance;
import dev.mneme.events.Samples.NotedV1;
import dev.mneme.events.Samples.NotedV2;
import dev.mneme.events.Samples.NotedV3;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventCodecTest {

    private static final EventCodec CODEC = EventCodec.of(Samples.N2);

    private static final String HEAD = "{\"specversion\":\"1.0\",\"id\":\"019b76da-a800-7000-8000-000000000001\","
            + "\"source\":\"/chat\",\"type\":\"memory.noted\",\"dataversion\":2,\"minreader\":2,"
            + "\"time\":\"2026-01-01T00:00:00.500Z\",\"priority\":\"NORMAL\",\"tenant\":\"t\",\"sessionid\":\"s\","
            + "\"partitionkey\":\"agent\",";
    private static final String DATA =
            "\"data\":{\"memoryId\":\"m1\",\"content\":\"likes tea\",\"importance\":\"HIGH\"}";

    private static final Envelope<NotedV2> SENT = envelope(new NotedV2("m1", "likes tea", Importance.HIGH, null));

    @Test
    void anEventIsWrittenAsCloudEventsJsonInAFixedOrder() {
        assertThat(new String(CODEC.encode(SENT), UTF_8)).isEqualTo(HEAD + DATA + "}");
        assertThat(known(decode(HEAD + DATA + "}")).envelope()).isEqualTo(SENT);
    }

    @Test
    void theOrderOfArrivalDoesNotMatter() {
        assertThat(known(decode("{" + DATA + "," + HEAD.substring(1) + "\"x\":\"y\"}"))
                        .envelope())
                .isEqualTo(SENT.header("x", "y"));
        assertThat(known(decode(" " + HEAD.replace(",", " ,\n") + DATA + "}\n "))
                        .envelope())
                .isEqualTo(SENT);
        String oldData = "{\"data\":{\"memoryId\":\"m1\",\"text\":\"t\"},"
                + HEAD.substring(1)
                        .replace("dataversion\":2", "dataversion\":1")
                        .replace("minreader\":2", "minreader\":1");
        assertThat(known(decode(oldData.substring(0, oldData.length() - 1) + "}"))
                        .envelope()
                        .data())
                .isEqualTo(new NotedV2("m1", "t", Importance.MEDIUM, "unknown"));
    }

    @Test
    void anOldVersionComesAsTheNewestByEveryStepBetween() {
        byte[] wire = CODEC.encode(envelope(new NotedV1("m1", "likes tea")));
        Decoded.Known second = known(CODEC.decode(wire));
        assertThat(second.envelope().data()).isEqualTo(new NotedV2("m1", "likes tea", Importance.MEDIUM, "unknown"));
        assertThat(second.envelope().version()).isEqualTo(2);
        assertThat(second.envelope().minReader()).isEqualTo(2);
        assertThat(second.sentVersion()).isEqualTo(1);

        Decoded.Known third = known(EventCodec.of(Samples.N3).decode(wire));
        assertThat(third.envelope().data())
                .isEqualTo(new NotedV3("m1", "likes tea", Importance.MEDIUM, "unknown", new BigDecimal("1.10")));
    }

    @Test
    void theNewestVersionIsReadWithoutATree() {
        EventCodec codec = EventCodec.of(Samples.N3);
        byte[] newest = codec.encode(envelope(new NotedV3("m1", "c", Importance.LOW, null, null)));
        String swapped = new String(newest, UTF_8).replaceFirst("\\{(.*),(\"data\":.*)}", "{$2,$1}");
        known(codec.decode(newest));
        known(codec.decode(swapped.getBytes(UTF_8)));
        assertThat(codec.treesRead()).isZero();

        known(codec.decode(codec.encode(envelope(new NotedV1("m1", "c")))));
        assertThat(codec.treesRead()).isEqualTo(1);
    }

    @Test
    void aDecimalKeepsItsDigitsThroughAnUpcast() {
        String digits = "0.1234567890123456789012345678901234567890";
        EventCodec codec = EventCodec.of(Samples.N3);
        String wire = HEAD + "\"data\":{\"memoryId\":\"m1\",\"content\":\"c\",\"importance\":\"LOW\",\"weight\":"
                + digits + "}}";
        assertThat(((NotedV3) known(codec.decode(wire.getBytes(UTF_8)))
                                .envelope()
                                .data())
                        .weight())
                .isEqualTo(new BigDecimal(digits));
    }

    @Test
    void anUnknownConstantOfAnOpenEnumIsUnknown() {
        Decoded.Known known = known(decode(HEAD + DATA.replace("HIGH", "URGENT") + "}"));
        assertThat(known.envelope().as(NotedV2.class).orElseThrow().data().importance())
                .isEqualTo(Importance.UNKNOWN);
        assertThat(new String(CODEC.encode(known.envelope()), UTF_8)).contains("URGENT");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "HIGH"            | 1                  | BAD_DATA     | memory.noted v2: importance must be one of LOW, MEDIUM, HIGH, UNKNOWN
            "HIGH"            | null               | BAD_DATA     | memory.noted v2: importance must not be null
            "likes tea"       | 7                  | BAD_DATA     | memory.noted v2: content must be a text of kind string
            "m1"              | " "                | BAD_DATA     | memory.noted v2: the data is refused by NotedV2 with IllegalArgumentException
            "memoryId":"m1",  |                    | BAD_DATA     | memory.noted v2: memoryId is missing
            "memoryId":"m1"   | "memoryId":"m1","memoryId":"m1" | BAD_DATA | memory.noted v2: memoryId must come once
            "memoryId":"m1"   | "memoryId":"m1","x":1,"x":1 | BAD_DATA | memory.noted v2: the data must have each field once
            "memoryId":"m1"   | "memoryId":"m1","x":[{"y":1,"y":1}] | BAD_DATA | memory.noted v2: the data must have each field once
            "specversion":"1.0" | "specversion":"1.1" | BAD_ENVELOPE | specversion must be 1.0
            "specversion":"1.0", |                  | BAD_ENVELOPE | specversion is missing
            "tenant":"t",     |                    | BAD_ENVELOPE | tenant is missing
            "tenant":"t"      | "tenant":" "       | BAD_ENVELOPE | tenant must not be blank
            "tenant":"t"      | "tenant":"t","tenant":"u" | NO_JSON | tenant must come once
            "tenant":"t"      | "tenant":"t","x":1,"x":1 | NO_JSON | a name must come once
            "tenant":"t"      | "tenant":"t","x":{"y":1,"y":1} | NO_JSON | a name must come once
            "dataversion":2   | "dataversion":"2"  | BAD_ENVELOPE | dataversion must be a whole number of at least 1
            "dataversion":2   | "dataversion":0    | BAD_ENVELOPE | dataversion must be a whole number of at least 1
            "minreader":2     | "minreader":3      | BAD_ENVELOPE | minreader must be at most the version
            "minreader":2,    |                    | BAD_ENVELOPE | minreader is missing
            00:00.500Z        | 00:00              | BAD_ENVELOPE | time must have its form
            019b76da-a800-7000-8000-000000000001 | 1-1-1-1-1 | BAD_ENVELOPE | id must have its form
            memory.noted      | Memory             | BAD_ENVELOPE | type must be the name of an event
            "tenant":"t"      | "tenant":"t","traceid":"00" | BAD_ENVELOPE | traceid must be 32 lower-case hexadecimal digits and not all zero
            "tenant":"t"      | "tenant":"t","datacontenttype":"text/xml" | BAD_ENVELOPE | datacontenttype must be application/json
            "tenant":"t"      | "tenant":"t","datacompression":"gzip" | BAD_ENVELOPE | datacompression must come with data_base64, and that with it
            "tenant":"t"      | "tenant":"t","datacompression":"zip" | BAD_ENVELOPE | datacompression must be gzip
            "data":{          | "data_base64":"AAAA","data":{ | NO_JSON | data must come once
            "HIGH"}}          | "HIGH"}}x          | NO_JSON      | no well-formed JSON
            "HIGH"}}          | "HIGH"}}{}         | NO_JSON      | nothing must follow the document
            "HIGH"}}          | "HIGH"}            | NO_JSON      | no well-formed JSON
            """)
    void whatBreaksARuleIsMalformedAndSaysWhereButNotWhat(String from, String to, Fault fault, String detail) {
        String wire = (HEAD + DATA + "}").replace(from, to == null ? "" : to);
        Decoded.Malformed malformed = malformed(decode(wire));
        assertThat(malformed.fault()).isEqualTo(fault);
        assertThat(malformed.detail()).isEqualTo(detail);
        assertThat(new String(malformed.bytes(), UTF_8)).isEqualTo(wire);
    }

    @Test
    void anAbsentNumberIsNeverZero() {
        EventCodec codec = EventCodec.of(EventRegistry.of(Tally.class));
        String wire = new String(codec.encode(envelope(new Tally(7))), UTF_8);
        assertThat(malformed(codec.decode(wire.replace("\"count\":7", "").getBytes(UTF_8)))
                        .detail())
                .isEqualTo("tally.made v1: count is missing");
        assertThat(malformed(codec.decode(wire.replace(":7", ":7.0").getBytes(UTF_8)))
                        .detail())
                .isEqualTo("tally.made v1: count must be a whole number of 32 bits");
        assertThat(malformed(codec.decode(wire.replace(":7", ":2147483648").getBytes(UTF_8)))
                        .detail())
                .isEqualTo("tally.made v1: count must be a whole number of 32 bits");
    }

    @EventType(name = "tally.made", version = 1)
    record Tally(int count) implements Event {}

    @Test
    void aNewerEventIsReadIfItSaysThatItCanBe() {
        String newer = (HEAD + DATA + "}").replace("dataversion\":2", "dataversion\":3");
        Decoded.Known known = known(decode(newer.replace("\"memoryId\"", "\"new\":[1,{}],\"memoryId\"")));
        assertThat(known.envelope().data()).isEqualTo(SENT.data());
        assertThat(known.envelope().version()).isEqualTo(2);
        assertThat(known.sentVersion()).isEqualTo(3);
    }

    @Test
    void whatCannotBeReadYetIsUnknownAndKept() {
        String wire = HEAD + DATA + "}";
        String newer = wire.replace("dataversion\":2", "dataversion\":3");
        Decoded.Unknown tooNew = unknown(decode(newer.replace("minreader\":2", "minreader\":3")));
        assertThat(tooNew.reason()).isEqualTo(Reason.TOO_NEW);
        assertThat(tooNew.action()).isEqualTo(UnknownAction.PARK);
        assertThat(List.of(tooNew.type(), tooNew.version(), tooNew.minReader(), tooNew.tenant(), tooNew.id()))
                .isEqualTo(List.of("memory.noted", 3, 3, Tenant.of("t"), SENT.id()));
        assertThat(tooNew.key()).hasValue("agent");
        assertThat(new String(tooNew.bytes(), UTF_8)).isEqualTo(newer.replace("minreader\":2", "minreader\":3"));
        assertThat(tooNew).hasToString("Unknown memory.noted v3 019b76da-a800-7000-8000-000000000001 (TOO_NEW)");

        assertThat(unknown(decode(newer.replace("content", "body"))).reason()).isEqualTo(Reason.NEWER_THAN_IT_SAYS);
        assertThat(unknown(decode(wire.replace("memory.noted", "no.such"))).reason())
                .isEqualTo(Reason.NO_SUCH_TYPE);
        EventCodec later = EventCodec.of(EventRegistry.of(NotedV2.class));
        assertThat(unknown(later.decode(CODEC.encode(envelope(new NotedV1("a", "b")))))
                        .reason())
                .isEqualTo(Reason.TOO_OLD);
    }

    @Test
    void anUnknownEventThatIsNoJsonToItsEndIsMalformed() {
        String wire = (HEAD + DATA + "}").replace("memory.noted", "no.such");
        assertThat(malformed(decode(wire.replace("likes tea\"", "likes tea"))).fault())
                .isEqualTo(Fault.NO_JSON);
    }

    @Test
    void whatToDoWithUnknownEventsGoesByPriority() {
        EventCodec codec = EventCodec.builder(Samples.N2)
                .onUnknown(Priority.HIGH, UnknownAction.FAIL)
                .build();
        String wire = (HEAD + DATA + "}").replace("memory.noted", "no.such");
        var actions = new ArrayList<UnknownAction>();
        for (Priority priority : Priority.values()) {
            actions.add(
                    unknown(codec.decode(wire.replace("NORMAL", priority.name()).getBytes(UTF_8)))
                            .action());
        }
        assertThat(actions)
                .containsExactly(UnknownAction.PARK, UnknownAction.FAIL, UnknownAction.PARK, UnknownAction.SKIP);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventCodec.builder(Samples.N2).onUnknown(Priority.CRITICAL, UnknownAction.SKIP))
                .withMessage("critical events must be parked or fail, was SKIP");
    }

    @Test
    void aPriorityOfALaterReleaseIsNormal() {
        assertThat(known(decode((HEAD + DATA + "}").replace("NORMAL", "MEGA")))
                        .envelope()
                        .priority())
                .isEqualTo(Priority.NORMAL);
    }

    @Test
    void aRelayedEventHasTheBytesItCameWith() {
        String wire = " "
                + (HEAD + DATA + " } ")
                        .replace("\"tenant\"", "\"strange\":{\"deep\":[1.0]},\"nil\":null,\"trace\":\"x\",\"tenant\"")
                        .replace("\"memoryId\"", "\"stranger\":1e2,\"memoryId\"");
        Decoded.Known known = known(decode(wire));
        assertThat(new String(CODEC.encode(known.envelope()), UTF_8)).isEqualTo(wire);
        assertThat(known.envelope().headers()).containsOnlyKeys("trace");

        String old = new String(CODEC.encode(envelope(new NotedV1("m1", "t"))), UTF_8)
                .replace("{\"memoryId", "{\"x\":1,\"memoryId");
        assertThat(new String(CODEC.encode(known(decode(old)).envelope()), UTF_8))
                .isEqualTo(old);
        assertThat(new String(CODEC.encode(known(decode(old)).envelope().key("other")), UTF_8))
                .contains("\"dataversion\":2")
                .contains("\"content\":\"t\"");
    }

    @Test
    void theBytesOfARelayedEventBelongToTheCaller() {
        Envelope<?> envelope = known(decode(HEAD + DATA + "}")).envelope();
        CODEC.encode(envelope)[0] = 'x';
        assertThat(new String(CODEC.encode(envelope), UTF_8)).isEqualTo(HEAD + DATA + "}");
    }

    @Test
    void anEventOfAnyTimeIsReadThoughNoneIsWrittenAhead() {
        Decoded.Known known = known(decode((HEAD + DATA + "}").replace("2026-01-01", "2999-01-01")));
        assertThat(known.envelope().time()).isEqualTo(Instant.parse("2999-01-01T00:00:00.5Z"));
        known(decode((HEAD + DATA + "}").replace("2026-01-01", "1811-01-01")));
        assertThat(known(decode((HEAD + DATA + "}").replace("00:00.500Z", "00:00.500+02:00")))
                        .envelope()
                        .time())
                .isEqualTo(Instant.parse("2025-12-31T22:00:00.5Z"));
    }

    @Test
    void whatIsNotCompleteOrNotRegisteredIsNotWritten() {
        assertThatIllegalStateException()
                .isThrownBy(() -> CODEC.encode(Envelope.of(SENT.data()).source("/x")))
                .withMessageStartingWith("an envelope must have a tenant, memory.noted ");
        assertThatIllegalStateException()
                .isThrownBy(() -> CODEC.encode(Envelope.of(SENT.data()).tenant(Tenant.of("t"))))
                .withMessageStartingWith("an envelope must have a source, memory.noted ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CODEC.encode(envelope(new NotedV3("m", "c", Importance.LOW, null, null))))
                .withMessage("an event must be registered to be encoded, memory.noted v3 is not");
    }

    @Test
    void anEventWithoutASourceComesFromWhereTheCodecSays() {
        EventCodec codec = EventCodec.builder(Samples.N2).source("/chat").build();
        Envelope<?> bare = Envelope.of(SENT.data()).tenant(Tenant.of("t"));
        assertThat(known(codec.decode(codec.encode(bare))).envelope().source()).isEqualTo("/chat");
        assertThat(known(codec.decode(codec.encode(bare.source("/own"))))
                        .envelope()
                        .source())
                .isEqualTo("/own");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventCodec.builder(Samples.N2).source("no uri"));
    }

    @Test
    void whatNoReaderWouldTakeIsNotWritten() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CODEC.encode(envelope(new NotedV1("m", null))))
                .withMessageEndingWith(": text must not be null");
        EventCodec small = EventCodec.builder(Samples.N2).maxBytes(1024).build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> small.encode(envelope(new NotedV1("m", "x".repeat(2000)))))
                .withMessageContaining(" must have at most 1024 bytes on the wire, had 2");
    }

    @Test
    void halfOfASurrogatePairSurvives() {
        var cut = envelope(new NotedV2("m", "cut \ud83d", Importance.LOW, "\ude00"));
        assertThat(known(CODEC.decode(CODEC.encode(cut))).envelope()).isEqualTo(cut);
    }

    private static Decoded decode(String wire) {
        return CODEC.decode(wire.getBytes(UTF_8));
    }
}
