package dev.mneme.memory.coordination;

import dev.mneme.Ticker;
import dev.mneme.memory.coordination.spi.CoordinationStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** The sessions of one process, whose time is moved. */
class LocalSessionsTest extends SessionRegistryContract {

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 500_000_000L);
    private final CoordinationStore store = new LocalCoordinationStore(nanos::get, InstantSource.system());

    @Override
    protected CoordinationStore store() {
        return store;
    }

    @Override
    protected Ticker ticker() {
        return nanos::get;
    }

    @Override
    protected void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
