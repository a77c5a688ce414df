package dev.mneme.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.events.Samples.NotedV1;
import dev.mneme.events.Samples.NotedV3;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class EnvelopeTest {

    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);
    private static final NotedV1 NOTED = new NotedV1("m", "t");

    private final Envelope<NotedV1> envelope = Envelope.of(NOTED, CLOCK);

    @Test
    void anEnvelopeBeginsWithWhatItsRecordDeclares() {
        assertThat(envelope.type()).isEqualTo("memory.noted");
        assertThat(envelope.version()).isEqualTo(1);
        assertThat(envelope.minReader()).isEqualTo(1);
        assertThat(envelope.time()).isEqualTo(NOW);
        assertThat(envelope.priority()).isEqualTo(Priority.NORMAL);
        var three = Envelope.of(new NotedV3("m", "c", Samples.Importance.LOW, null, null), CLOCK);
        assertThat(List.of(three.version(), three.minReader())).isEqualTo(List.of(3, 2));
        assertThat(three.priority()).isEqualTo(Priority.HIGH);
        assertThatIllegalArgumentException().isThrownBy(() -> Envelope.of(new Event() {}));
    }

    @Test
    void idsAreOfVersionSevenAndSortByTheirTime() {
        assertThat(envelope.id().version()).isEqualTo(7);
        assertThat(envelope.id().variant()).isEqualTo(2);
        assertThat(envelope.id().getMostSignificantBits() >>> 16).isEqualTo(NOW.toEpochMilli());
        var ids = new TreeSet<String>();
        for (int i = 0; i < 1000; i++) {
            ids.add(Envelope.of(NOTED, InstantSource.fixed(NOW.plusMillis(i)))
                    .id()
                    .toString());
        }
        assertThat(ids).hasSize(1000);
        assertThat(Envelope.of(NOTED, CLOCK).id()).isNotEqualTo(envelope.id());
    }

    @Test
    void aConsequenceCarriesTraceCorrelationAndSession() {
        var parent = envelope.session(SessionKey.of("t", "s")).traceId("0af7651916cd43dd8448eb211c80319c");
        var child = Envelope.of(NOTED, CLOCK).causedBy(parent);
        assertThat(child.causationId()).hasValue(parent.id().toString());
        assertThat(child.correlationId()).hasValue(parent.id().toString());
        assertThat(child.traceId()).isEqualTo(parent.traceId());
        assertThat(child.session()).isEqualTo(parent.session());
        assertThat(child.tenant()).isEqualTo(Tenant.of("t"));

        var grandchild = Envelope.of(NOTED, CLOCK).causedBy(child);
        assertThat(grandchild.correlationId()).isEqualTo(child.correlationId());
        assertThat(grandchild.causationId()).hasValue(child.id().toString());
    }

    @Test
    void aConsequenceKeepsWhatItSaysItself() {
        var parent = envelope.session(SessionKey.of("t", "s")).correlationId("affair");
        var own = Envelope.of(NOTED, CLOCK)
                .session(SessionKey.of("t", "other"))
                .correlationId("mine")
                .causedBy(parent);
        assertThat(own.session()).hasValue(SessionKey.of("t", "other"));
        assertThat(own.correlationId()).hasValue("mine");
        var foreign = Envelope.of(NOTED, CLOCK).tenant(Tenant.of("u")).causedBy(parent);
        assertThat(foreign.session()).isEmpty();
        assertThat(foreign.tenant()).isEqualTo(Tenant.of("u"));
    }

    @Test
    void aSessionSaysWhoseEventItIs() {
        assertThat(envelope.session(SessionKey.of("t", "s")).tenant()).isEqualTo(Tenant.of("t"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> envelope.session(SessionKey.of("t", "s")).tenant(Tenant.of("u")))
                .withMessage("tenant must be that of the session, was another");
        assertThatIllegalStateException()
                .isThrownBy(envelope::tenant)
                .withMessage("an envelope must have a tenant, memory.noted " + envelope.id()
                        + " has none: add tenant(...) or session(...)");
        assertThatIllegalStateException().isThrownBy(envelope::source);
    }

    @Test
    void noEventIsDatedAheadOrBeforeTheEpoch() {
        assertThat(envelope.time(NOW.plusSeconds(300)).time()).isEqualTo(NOW.plusSeconds(300));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> envelope.time(NOW.plusSeconds(301)))
                .withMessage("time must be at most PT5M ahead, was 2026-11-21T10:05:01Z");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> envelope.time(Instant.EPOCH.minusNanos(1)))
                .withMessage("time must lie between 1970 and 9999, was 1969-12-31T23:59:59.999999999Z");
        assertThatIllegalArgumentException().isThrownBy(() -> Envelope.of(NOTED, InstantSource.fixed(Instant.MAX)));
    }

    @Test
    void blankAndOverlongPartsAreRefusedWithoutBeingShown() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> envelope.key(" "))
                .withMessage("key must not be blank and have at most 256 characters, had 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> envelope.correlationId("x".repeat(257)))
                .withMessage("correlation id must not be blank and have at most 256 characters, had 257");
        assertThatIllegalArgumentException().isThrownBy(() -> envelope.causationId(""));
        assertThatIllegalArgumentException().isThrownBy(() -> envelope.source(""));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> envelope.source("no uri"))
                .withMessage("source must be a URI or a part of one, was no such thing");
        for (String trace : List.of("0".repeat(32), "0AF7651916CD43DD8448EB211C80319C", "short")) {
            assertThatIllegalArgumentException().isThrownBy(() -> envelope.traceId(trace));
        }
    }

    @Test
    void headersAreBoundedAndDoNotHideTheEnvelope() {
        var full = envelope.header("a", "x".repeat(2000)).header("b", "é".repeat(1047));
        assertThat(full.headers()).containsOnlyKeys("a", "b");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> full.header("c", ""))
                .withMessage("headers must have at most 4096 bytes together, had 4097");
        for (String name : List.of("", "Tenant", "tenant", "id", "data", "data_base64", "x-y", "x".repeat(21))) {
            assertThatIllegalArgumentException().as(name).isThrownBy(() -> envelope.header(name, "v"));
        }
    }

    @Test
    void anEnvelopeShowsNoDataAndComparesByValue() {
        assertThat(envelope).hasToString("memory.noted v1 " + envelope.id());
        assertThat(envelope.key("k"))
                .isEqualTo(envelope.key("k"))
                .hasSameHashCodeAs(envelope)
                .isNotEqualTo(envelope);
        assertThat(envelope.as(NotedV1.class)).hasValue(envelope);
        assertThat(envelope.as(NotedV3.class)).isEmpty();
        assertThat(envelope.priority(Priority.LOW).id(EventIds.at(NOW)).priority())
                .isEqualTo(Priority.LOW);
    }
}
