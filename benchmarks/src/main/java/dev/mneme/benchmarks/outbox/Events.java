package dev.mneme.benchmarks.outbox;

import dev.mneme.SessionKey;
import dev.mneme.events.Envelope;
import dev.mneme.events.Event;
import dev.mneme.events.EventCodec;
import dev.mneme.events.EventRegistry;
import dev.mneme.events.EventType;

/** The events of the runs: about 500 bytes on the wire, of 200 keys. */
final class Events {

    private static final String TEXT = "x".repeat(200);

    @EventType(name = "bench.stored", version = 1)
    record Stored(int number, String text) implements Event {}

    static final EventCodec CODEC = EventCodec.of(EventRegistry.of(Stored.class));

    private Events() {}

    static Envelope<Stored> event(int number) {
        return Envelope.of(new Stored(number, TEXT))
                .source("/bench")
                .session(SessionKey.of("tenant", "s"))
                .key(key(number));
    }

    static String key(int number) {
        return "k" + Deliveries.key(number);
    }

    static byte[] encoded(int number) {
        return CODEC.encode(event(number));
    }
}
