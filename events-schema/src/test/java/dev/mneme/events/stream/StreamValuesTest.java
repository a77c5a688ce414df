package dev.mneme.events.stream;

import static dev.mneme.events.stream.KitEvents.encoded;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mneme.events.Priority;
import dev.mneme.events.stream.ReplaySignal.End;
import dev.mneme.events.stream.ReplaySignal.Gap;
import dev.mneme.events.stream.ReplaySignal.Heartbeat;
import dev.mneme.events.stream.ReplaySignal.Item;
import dev.mneme.events.stream.spi.PriorityTurns;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class StreamValuesTest {

    @Test
    void fencesAreOrderedByEpochAndThenByNumber() {
        assertThat(List.of(new Fence(2, 0), new Fence(1, 9), new Fence(1, 10)).stream()
                        .sorted())
                .containsExactly(new Fence(1, 9), new Fence(1, 10), new Fence(2, 0));
        assertThat(new Fence(1, 1).isAbove(new Fence(1, 1))).isFalse();
        assertThat(new Fence(3, 7).next()).isEqualTo(new Fence(3, 8));
        assertThat(new Fence(3, 7).nextEpoch()).isEqualTo(new Fence(4, 1));
        assertThat(Fence.of(3).isAbove(Fence.NONE)).isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Fence(-1, 2))
                .withMessage("epoch and number must be at least 0, were -1 and 2");
    }

    @Test
    void aBatchThatCannotBeIsRefused() {
        EncodedEvent event = encoded(1);
        var fence = Fence.of(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EventBatch("s", 0, fence, List.of()))
                .withMessage("a batch must have 1 to 10000 events, had 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EventBatch("s", 0, fence, List.of(event, event)))
                .withMessage("the events of a batch must have different ids, had " + event.id() + " twice");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EventBatch("", 0, fence, List.of(event)))
                .withMessageStartingWith("source must have 1 to 80 printable ASCII characters");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EventBatch("s", 1024, fence, List.of(event)))
                .withMessage("lane must be 0 to 1023, was 1024");
    }

    @Test
    void anEncodedEventKeepsItsBytesToItself() {
        byte[] bytes = {1, 2, 3};
        var event = EncodedEvent.of(UUID.randomUUID(), "t", KitEvents.TENANT, null, Priority.LOW, bytes);
        bytes[0] = 9;
        event.bytes()[1] = 9;
        assertThat(event.bytes()).containsExactly(1, 2, 3);
        assertThat(event)
                .isEqualTo(EncodedEvent.of(event.id(), "t", KitEvents.TENANT, null, Priority.LOW, new byte[] {1, 2, 3}))
                .isNotEqualTo(
                        EncodedEvent.of(event.id(), "t", KitEvents.TENANT, "k", Priority.LOW, new byte[] {1, 2, 3}))
                .hasToString("t " + event.id() + " (3 bytes)");
    }

    @Test
    void answersAreFolded() {
        var answered = new Delivery.Answered(List.of());
        var stale = new Delivery.Stale(Fence.of(2));
        assertThat(answered.<String>fold(a -> "answered", s -> "stale")).isEqualTo("answered");
        assertThat(stale.<Fence>fold(a -> null, Delivery.Stale::held)).isEqualTo(Fence.of(2));
        assertThat(new Resumption.Left(Set.of()).<String>fold(l -> "left", s -> "stale"))
                .isEqualTo("left");
        var seen = new StringBuilder();
        stale.handle(a -> seen.append("a"), s -> seen.append("s"));
        new Resumption.Stale(Fence.of(1)).handle(l -> seen.append("l"), s -> seen.append("t"));
        new Attachment.Refused(Attachment.Refused.Reason.CLOSED).handle(a -> seen.append("x"), r -> seen.append("r"));
        for (ReplaySignal signal : List.of(
                new Item(new ReplayId("a", 1), encoded(1)),
                new Gap(null),
                new Heartbeat(Instant.EPOCH),
                new End(End.Reason.SLOW))) {
            signal.handle(i -> seen.append("i"), g -> seen.append("g"), h -> seen.append("h"), e -> seen.append("e"));
        }
        assertThat(seen).hasToString("strighe");
    }

    @Test
    void aPriorityGetsItsTurnsOfAnyFifteen() {
        var turns = new PriorityTurns();
        var order = new ArrayList<Priority>();
        for (int i = 0; i < 60; i++) {
            order.add(turns.next(priority -> true));
        }
        for (int from = 0; from + 15 <= 60; from++) {
            var counts = new EnumMap<Priority, Integer>(Priority.class);
            order.subList(from, from + 15).forEach(priority -> counts.merge(priority, 1, Integer::sum));
            assertThat(counts)
                    .isEqualTo(Map.of(Priority.CRITICAL, 8, Priority.HIGH, 4, Priority.NORMAL, 2, Priority.LOW, 1));
        }
        assertThat(turns.next(priority -> false)).isNull();
    }

    @Test
    void whoeverWaitsGetsATurnAmongFifteenWhateverTheOthersDo() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        var turns = new PriorityTurns();
        int waited = 0;
        for (int i = 0; i < 100_000; i++) {
            Priority chosen = turns.next(priority -> priority == Priority.LOW || random.nextInt(10) > 0);
            waited = chosen == Priority.LOW ? 0 : waited + 1;
            assertThat(waited).as("seed " + seed).isLessThan(30);
        }
    }

    @Test
    void aReplayIdIsReadBackAndNothingElseIs() {
        var id = new ReplayId("k3x", 42);
        assertThat(id).hasToString("k3x-42");
        assertThat(ReplayId.parse("k3x-42")).contains(id);
        for (String text :
                new String[] {null, "", "k3x", "k3x-", "-1", "k3x-0", "k3x-042", "K3X-1", "a-9999999999999999999"}) {
            assertThat(ReplayId.parse(text)).as(text).isEmpty();
        }
        assertThatIllegalArgumentException().isThrownBy(() -> new ReplayId("k3x", 0));
        assertThat(ReplayStart.afterOrOldest("")).isSameAs(ReplayStart.oldest());
        assertThat(ReplayStart.afterOrOldest(null)).isSameAs(ReplayStart.oldest());
        assertThat(ReplayStart.afterOrOldest("x").lastEventId()).isEqualTo("x");
        assertThat(ReplayStart.now().isNow()).isTrue();
        assertThat(ReplayStart.oldest().isOldest()).isTrue();
    }

    @Test
    void signalsAreWrittenAsLinesOfJson() {
        assertThat(text(ReplayFormat.NDJSON, item("{\"a\":\"ё\"}")))
                .isEqualTo("{\"id\":\"a-7\",\"event\":{\"a\":\"ё\"}}\n");
        assertThat(text(ReplayFormat.NDJSON, item("{\r\n\"a\":1\n}")))
                .isEqualTo("{\"id\":\"a-7\",\"event\":{  \"a\":1 }}\n");
        assertThat(text(ReplayFormat.NDJSON, new Gap(new ReplayId("a", 3))))
                .isEqualTo("{\"gap\":{\"oldest\":\"a-3\"}}\n");
        assertThat(text(ReplayFormat.NDJSON, new Gap(null))).isEqualTo("{\"gap\":{\"oldest\":null}}\n");
        assertThat(text(ReplayFormat.NDJSON, new Heartbeat(Instant.EPOCH)))
                .isEqualTo("{\"heartbeat\":\"1970-01-01T00:00:00Z\"}\n");
        assertThat(text(ReplayFormat.NDJSON, new End(End.Reason.SLOW))).isEqualTo("{\"end\":\"SLOW\"}\n");
        assertThat(ReplayFormat.NDJSON.contentType()).isEqualTo("application/x-ndjson");
    }

    @Test
    void signalsAreWrittenAsServerSentEvents() {
        assertThat(text(ReplayFormat.SSE, item("{\n\"a\":1}")))
                .isEqualTo("id: a-7\nevent: kit.t\ndata: { \"a\":1}\n\n");
        assertThat(text(ReplayFormat.SSE, new Gap(new ReplayId("a", 3))))
                .isEqualTo("event: mneme.gap\ndata: {\"oldest\":\"a-3\"}\n\n");
        assertThat(text(ReplayFormat.SSE, new Heartbeat(Instant.EPOCH))).isEqualTo(": 1970-01-01T00:00:00Z\n\n");
        assertThat(text(ReplayFormat.SSE, new End(End.Reason.CLOSED)))
                .isEqualTo("event: mneme.end\ndata: {\"reason\":\"CLOSED\"}\n\n");
        assertThat(ReplayFormat.SSE.contentType()).isEqualTo("text/event-stream");
    }

    @Test
    void theReportIsATableThatSaysWhatIsUnknown() {
        var report = new StreamReport(
                "events",
                12,
                List.of(new StreamReport.Group(
                        "indexer", OptionalLong.empty(), 3, Duration.ofSeconds(65), 1, 2, 40, 5, 6)));
        assertThat(report.table()).isEqualTo("""
                stream events: 12 events
                group                           lag  pending   oldest     dead consumers    handled    skipped failures
                indexer                     unknown        3     65 s        1         2         40          5        6
                """);
    }

    private static Item item(String json) {
        var event =
                EncodedEvent.of(UUID.randomUUID(), "kit.t", KitEvents.TENANT, null, Priority.LOW, json.getBytes(UTF_8));
        return new Item(new ReplayId("a", 7), event);
    }

    private static String text(ReplayFormat format, ReplaySignal signal) {
        return new String(format.encode(signal), UTF_8);
    }
}
