package dev.mneme.events;

import static dev.mneme.events.Samples.known;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.events.Samples.Everything;
import dev.mneme.events.Samples.NotedV1;
import dev.mneme.events.Samples.NotedV2;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RoundTripTest {

    private static final int VALUES = 1000;

    static Stream<Class<? extends Event>> types() {
        return Stream.of(NotedV1.class, NotedV2.class, Samples.NotedV3.class, Everything.class);
    }

    @ParameterizedTest
    @MethodSource("types")
    void everyValueOfEveryVersionComesBackAndHasOneForm(Class<? extends Event> type) {
        long seed = new Random().nextLong();
        EventCodec plain = EventCodec.of(EventRegistry.of(type));
        EventCodec compressing =
                EventCodec.builder(EventRegistry.of(type)).compressFrom(1).build();
        for (EventCodec codec : new EventCodec[] {plain, compressing}) {
            var values = new RandomValues(new Random(seed));
            for (int i = 0; i < VALUES; i++) {
                Envelope<Event> sent = values.envelope(type);
                byte[] wire = codec.encode(sent);
                Decoded.Known read = known(codec.decode(wire));
                assertThat(read.envelope()).as("seed %s, value %s", seed, i).isEqualTo(sent);
                // a changed envelope is written anew, from the value alone
                byte[] anew = codec.encode(read.envelope().priority(sent.priority()));
                assertThat(Arrays.equals(anew, wire))
                        .as("seed %s, value %s, bytes", seed, i)
                        .isTrue();
            }
        }
    }

    @EventType(name = "sizes.noted", version = 1)
    record Sizes(Map<String, Integer> sizes) implements Event {}

    @Test
    void equalMapsHaveEqualBytesWhateverTheirOrder() {
        var upward = new LinkedHashMap<String, Integer>();
        var downward = new LinkedHashMap<String, Integer>();
        for (int i = 0; i < 20; i++) {
            upward.put("k" + i, i);
            downward.put("k" + (19 - i), 19 - i);
        }
        EventCodec codec = EventCodec.of(EventRegistry.of(Sizes.class));
        assertThat(codec.encode(Samples.envelope(new Sizes(upward))))
                .isEqualTo(codec.encode(Samples.envelope(new Sizes(downward))));
    }
}
