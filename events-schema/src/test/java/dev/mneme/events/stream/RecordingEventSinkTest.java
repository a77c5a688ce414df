package dev.mneme.events.stream;

import static dev.mneme.events.stream.KitEvents.encoded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.events.Envelope;
import dev.mneme.events.stream.KitEvents.Counted;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RecordingEventSinkTest extends EventSinkContract {

    private final RecordingEventSink sink = new RecordingEventSink();

    @BeforeEach
    void rejectMarkedEvents() {
        sink.rejectIf(event -> event.size() > 5_000);
    }

    @Override
    protected EventSink sink() {
        return sink;
    }

    @Override
    protected List<UUID> stored(int atLeast) {
        return sink.delivered().stream().map(EncodedEvent::id).toList();
    }

    @Override
    protected EncodedEvent rejected(String key) {
        EncodedEvent event = encoded(0, key);
        return EncodedEvent.of(event.id(), event.type(), event.tenant(), key, event.priority(), new byte[5_001]);
    }

    @Test
    void anUnreachableSinkThrowsAndKeepsNothing() {
        sink.unreachable(true);
        assertThatThrownBy(() -> sink.deliver(batch(1, encoded(1)))).isInstanceOf(StreamUnreachableException.class);
        assertThatThrownBy(() -> sink.resume("s", 0, new Fence(1, 2))).isInstanceOf(StreamUnreachableException.class);
        sink.unreachable(false);
        assertThat(sink.resume("s", 0, new Fence(1, 1))).isEqualTo(new Resumption.Left(Set.of()));
        assertThat(sink.delivered()).isEmpty();
    }

    @Test
    void aLostAnswerLeavesWhatWasDelivered() {
        EncodedEvent event = encoded(1);
        sink.loseNextAnswer();
        assertThatThrownBy(() -> sink.deliver(batch(1, event)))
                .isInstanceOf(StreamUnreachableException.class)
                .hasMessage("no answer from event stream 'recording': whether the call took effect is not known");
        assertThat(sink.resume("s", 0, new Fence(1, 2))).isEqualTo(new Resumption.Left(Set.of(event.id())));
    }

    @Test
    void whatWasDeliveredCanBeReadByType() {
        sink.deliver(batch(1, encoded(41), KitEvents.newer("x")));
        assertThat(sink.delivered(Counted.class, KitEvents.CODEC))
                .extracting(Envelope::data)
                .containsExactly(new Counted(41));
    }

    private static EventBatch batch(long number, EncodedEvent... events) {
        return new EventBatch("s", 0, new Fence(1, number), List.of(events));
    }
}
