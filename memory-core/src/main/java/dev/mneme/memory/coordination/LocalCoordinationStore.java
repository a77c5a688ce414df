package dev.mneme.memory.coordination;

import dev.mneme.Ticker;
import dev.mneme.memory.coordination.spi.CoordinationStore;
import dev.mneme.memory.coordination.spi.LeaseStore;
import dev.mneme.memory.coordination.spi.SessionLimits;
import dev.mneme.memory.coordination.spi.SessionStore;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Leases and sessions in the memory of one process. */
final class LocalCoordinationStore implements CoordinationStore {

    private final Map<String, LeaseStore> leases = new ConcurrentHashMap<>();
    private final Map<String, SessionStore> sessions = new ConcurrentHashMap<>();
    private final Ticker ticker;
    private final InstantSource dates;

    LocalCoordinationStore(Ticker ticker, InstantSource dates) {
        this.ticker = ticker;
        this.dates = dates;
    }

    @Override
    public LeaseStore leases(String kind) {
        return leases.computeIfAbsent(kind, any -> new LocalLeaseStore(ticker));
    }

    @Override
    public SessionStore sessions(String name, SessionLimits limits) {
        return sessions.computeIfAbsent(name, any -> new LocalSessionStore(limits, ticker, dates));
    }
}
