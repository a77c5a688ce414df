package dev.mneme.events.stream;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class LocalEventStreamSinkTest extends EventSinkContract {

    private final LocalEventStream stream =
            LocalEventStream.builder(KitEvents.CODEC).maxEventBytes(5_000).build();
    private final List<UUID> handled = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void listen() {
        stream.group("kit").subscribe(KitEvents.Counted.class, event -> handled.add(event.id()));
    }

    @AfterEach
    void close() {
        stream.close();
    }

    @Override
    protected EventSink sink() {
        return stream.sink();
    }

    @Override
    protected List<UUID> stored(int atLeast) {
        Await.until(
                atLeast + " events are handled and none is left",
                () -> handled.size() >= atLeast
                        && stream.monitor().groups().get(0).lag().orElse(0) == 0);
        return List.copyOf(handled);
    }

    @Override
    protected EncodedEvent rejected(String key) {
        EncodedEvent event = KitEvents.encoded(0, key);
        return EncodedEvent.of(event.id(), event.type(), event.tenant(), key, event.priority(), new byte[5_001]);
    }
}
