package dev.mneme.bus;

import dev.mneme.events.stream.spi.WorkerThreads;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/** The ways to run handlers that there are on this JDK; what a bus promises it promises on each. */
final class Buses {

    private Buses() {}

    static Stream<Named<BusThreads>> threads() {
        Named<BusThreads> pool = Named.of("pool", BusThreads.pool(8));
        return WorkerThreads.virtual("probe-") == null
                ? Stream.of(pool)
                : Stream.of(pool, Named.of("virtual", BusThreads.standard()));
    }

    static AgentBus on(BusThreads threads) {
        return AgentBus.builder().threads(threads).build();
    }
}
