package dev.mneme.memory.coordination;

import static java.util.Objects.requireNonNull;

import dev.mneme.Erasable;
import dev.mneme.ErasureReceipt;
import dev.mneme.Tenant;
import dev.mneme.Ticker;
import dev.mneme.memory.coordination.spi.CoordinationStore;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The locks, the sessions and the approvals of one memory, over one store. For those who implement {@code Memory}; users are
 * given all of them by their memory.
 */
public final class Coordination implements Erasable, AutoCloseable {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.~-]{1,64}");

    final CoordinationStore store;
    final Ticker ticker;
    final InstantSource dates;
    /** Also keeps up the requests of sessions, which bring stores of their own. */
    final LeasedLocks sweeps;

    private final LeaseTimers timers = new LeaseTimers();
    private final LeasedLocks locks;
    private final Map<String, StoredSessions> sessions = new ConcurrentHashMap<>();
    private volatile boolean closed;

    private Coordination(CoordinationStore store, Ticker ticker, InstantSource dates) {
        this.store = store;
        this.ticker = requireNonNull(ticker, "ticker");
        this.dates = dates;
        this.locks = new LeasedLocks(store.leases("lock"), ticker, timers);
        this.sweeps = new LeasedLocks(store.leases("sweep"), ticker, timers);
    }

    /** Those of one process alone. */
    public static Coordination local(Ticker ticker) {
        return over(new LocalCoordinationStore(ticker, InstantSource.system()), ticker);
    }

    /**
     * Those over a store.
     *
     * @param ticker the time of leases and of waiting
     */
    public static Coordination over(CoordinationStore store, Ticker ticker) {
        return new Coordination(store, ticker, InstantSource.system());
    }

    public Locks locks() {
        return locks;
    }

    /** The requests for approval, with these limits if this is the first call. */
    public ApprovalStore approvals(ApprovalLimits limits) {
        return store.approvals(limits);
    }

    /**
     * Begins a registry.
     *
     * @throws IllegalArgumentException if the name is not 1 to 64 characters out of {@code A-Z a-z 0-9 _ . ~ -}
     */
    public SessionRegistryBuilder sessions(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a name must have 1 to 64 characters out of A-Z a-z 0-9 _ . ~ -, had " + name.length());
        }
        return new SessionRegistryBuilder(this, name);
    }

    SessionRegistry add(SessionRegistryBuilder builder) {
        var made = new StoredSessions(this, builder);
        if (closed || sessions.putIfAbsent(builder.name, made) != null) {
            throw new IllegalStateException(
                    closed
                            ? "the memory is closed"
                            : "a memory must have one registry of a name, has " + builder.name + " already");
        }
        made.start();
        return made;
    }

    void forget(StoredSessions registry, String name) {
        sessions.remove(name, registry);
    }

    /** Erases a tenant from the registries that were built here. */
    @Override
    public ErasureReceipt erase(Tenant tenant) {
        long records = 0;
        for (StoredSessions registry : sessions.values()) {
            records += registry.erase(tenant).records();
        }
        return new ErasureReceipt("sessions", tenant, records);
    }

    /** Gives free all that is held, and ends the background work. */
    @Override
    public void close() {
        closed = true;
        sessions.values().forEach(StoredSessions::close);
        locks.close();
        sweeps.close();
        timers.close();
    }
}
