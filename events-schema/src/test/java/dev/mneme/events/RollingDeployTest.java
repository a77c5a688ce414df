package dev.mneme.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.events.Samples.Everything;
import dev.mneme.events.Samples.NotedV1;
import dev.mneme.events.Samples.NotedV2;
import dev.mneme.events.Samples.NotedV3;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Nodes of three releases send to each other; release 2 renamed a field, release 3 added one and a type. */
class RollingDeployTest {

    @EventType(name = "memory.forgotten", version = 1)
    record Forgotten(String memoryId) implements Event {}

    private static final List<EventRegistry> READERS =
            List.of(Samples.N1, Samples.N2, Samples.N3.with(Forgotten.class));

    private static final List<List<Class<? extends Event>>> WRITERS = List.of(
            List.of(NotedV1.class, Everything.class),
            List.of(NotedV2.class, Everything.class),
            List.of(NotedV3.class, Everything.class, Forgotten.class));

    @Test
    void nothingIsLostAndWhatWasParkedIsReadAfterTheUpgrade() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        var values = new RandomValues(random);
        List<EventCodec> writers = READERS.stream().map(EventCodec::of).toList();
        int parkedInAll = 0;
        for (int reader = 0; reader < READERS.size(); reader++) {
            EventCodec node = EventCodec.of(READERS.get(reader));
            var sent = new ArrayList<UUID>();
            var handled = new ArrayList<UUID>();
            var parked = new ArrayList<byte[]>();
            for (int i = 0; i < 3000; i++) {
                int writer = i % WRITERS.size();
                List<Class<? extends Event>> types = WRITERS.get(writer);
                Envelope<Event> event =
                        values.envelope(types.get(random.nextInt(types.size()))).priority(Priority.NORMAL);
                sent.add(event.id());
                byte[] wire = writers.get(writer).encode(event);
                int newest = Map.of(0, 1, 1, 2, 2, 3).get(reader);
                node.decode(wire)
                        .handle(
                                known -> {
                                    handled.add(known.envelope().id());
                                    if (known.envelope().type().equals("memory.noted")) {
                                        assertThat(known.envelope().version()).isEqualTo(newest);
                                    }
                                },
                                unknown -> {
                                    assertThat(unknown.action()).isEqualTo(UnknownAction.PARK);
                                    parked.add(unknown.bytes());
                                },
                                malformed -> {
                                    throw new AssertionError("seed " + seed + ": " + malformed);
                                });
            }
            parkedInAll += parked.size();
            EventCodec upgraded = EventCodec.of(READERS.get(2));
            for (byte[] wire : parked) {
                handled.add(Samples.known(upgraded.decode(wire)).envelope().id());
            }
            assertThat(handled).as("seed %s, reader %s", seed, reader).containsExactlyInAnyOrderElementsOf(sent);
        }
        // the oldest cannot read the renamed field nor the new type, the middle one not the new type
        assertThat(parkedInAll).as("seed %s", seed).isGreaterThan(1000);
    }
}
