package dev.mneme.memory.coordination;

import static java.util.Objects.requireNonNull;

import dev.mneme.Ticker;
import dev.mneme.memory.coordination.spi.CoordinationStore;
import dev.mneme.memory.coordination.spi.LeaseStore;
import dev.mneme.memory.coordination.spi.SessionLimits;
import dev.mneme.memory.coordination.spi.SessionStore;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Leases, sessions and approvals in the memory of one process. */
final class LocalCoordinationStore implements CoordinationStore {

    private final Map<String, LeaseStore> leases = new ConcurrentHashMap<>();
    private final Map<String, SessionStore> sessions = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable ApprovalStore> approvals = new AtomicReference<>();
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

    @Override
    public ApprovalStore approvals(ApprovalLimits limits) {
        ApprovalStore present = approvals.get();
        if (present == null) {
            approvals.compareAndSet(null, new LocalApprovalStore(limits, ticker, dates));
            present = requireNonNull(approvals.get());
        }
        return present;
    }
}
