package dev.mneme.memory.coordination;

import dev.mneme.ErasureReceipt;
import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.memory.coordination.spi.SessionLimits;
import dev.mneme.memory.coordination.spi.SessionStore;
import dev.mneme.memory.coordination.spi.SessionStore.Outcome;
import dev.mneme.memory.coordination.spi.SessionStore.Reply;
import dev.mneme.memory.coordination.spi.SessionStore.Returning;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A registry over a {@link SessionStore}: asks it, and goes on with what is known here while it is away.
 *
 * <p>What happened here meanwhile is told before anything else is asked of the session, or by {@link SessionSweep}.
 */
final class StoredSessions implements SessionRegistry {

    private final Coordination coordination;
    private final String name;
    private final SessionStore store;
    private final SessionLimits limits;
    private final KnownSessions known;
    private final SessionGate gate;
    private final SessionSweep sweep;
    private final ReentrantLock telling = new ReentrantLock();

    StoredSessions(Coordination coordination, SessionRegistryBuilder builder) {
        this.coordination = coordination;
        this.name = builder.name;
        this.limits = builder.limits();
        this.store = coordination.store.sessions(name, limits);
        this.known = new KnownSessions(coordination.ticker, coordination.dates, builder.localLimit, limits.ttl());
        this.gate = new SessionGate(coordination.ticker);
        this.sweep = new SessionSweep(store, coordination.sweeps, name, builder.onTimeout);
    }

    void start() {
        sweep.start(this::tellAll);
    }

    SessionSweep sweep() {
        return sweep;
    }

    @Override
    public Admission open(SessionKey key, Map<String, String> data) {
        Map<String, String> checked = checked(data);
        try {
            Reply reply = ask(key, () -> store.open(key, checked));
            Session session = reply.session();
            return reply.outcome() == Outcome.FULL || session == null
                    ? new Admission.Full(limits.max(), false)
                    : new Admission.Admitted(session, reply.outcome() == Outcome.DONE);
        } catch (UnreachableException e) {
            return known.open(key, checked);
        }
    }

    @Override
    public Optional<Session> touch(SessionKey key, int turns) {
        if (turns < 0) {
            throw new IllegalArgumentException("turns must be at least 0, was " + turns);
        }
        return changed(key, () -> store.touch(key, turns), session -> touched(session, turns));
    }

    @Override
    public Optional<Session> pause(SessionKey key) {
        return changed(
                key,
                () -> store.pause(key),
                session -> session.withState(SessionState.PAUSED, session.version() + 1, session.lastActiveAt()));
    }

    @Override
    public Optional<SessionSummary> close(SessionKey key) {
        try {
            return Optional.ofNullable(ask(key, () -> store.end(key)).session()).map(Session::summary);
        } catch (UnreachableException e) {
            return Optional.of(here(key, e, this::completed).summary());
        }
    }

    @Override
    public Optional<Session> find(SessionKey key) {
        try {
            return Optional.ofNullable(ask(key, () -> store.find(key)).session());
        } catch (UnreachableException e) {
            return Optional.of(known.find(key).orElseThrow(() -> e));
        }
    }

    @Override
    public SessionPage active(SessionPage.Request request) {
        return store.page(request);
    }

    @Override
    public long count() {
        return store.count();
    }

    @Override
    public SessionUpdate update(SessionKey key, long version, Map<String, String> data) {
        return update(key, version, data, 0);
    }

    @Override
    public SessionUpdate update(SessionKey key, long version, Map<String, String> data, Lease lease) {
        return update(key, version, data, lease.fencingToken());
    }

    private SessionUpdate update(SessionKey key, long version, Map<String, String> data, long fence) {
        Map<String, String> checked = checked(data);
        try {
            Reply reply = ask(key, () -> store.update(key, version, checked, fence));
            Session session = reply.session();
            if (reply.outcome() == Outcome.FENCED) {
                return new SessionUpdate.Fenced();
            }
            if (session == null || reply.outcome() == Outcome.GONE) {
                return new SessionUpdate.NoSession();
            }
            return reply.outcome() == Outcome.DONE
                    ? new SessionUpdate.Updated(session)
                    : new SessionUpdate.Conflict(session);
        } catch (UnreachableException e) {
            return updateHere(key, version, checked, e);
        }
    }

    @Override
    public RequestAttempt beginRequest(SessionKey key, Duration wait) {
        long startNanos = coordination.ticker.nanos();
        if (!gate.enter(key, LeasedLocks.checkWait(wait))) {
            return new RequestAttempt.Busy(Duration.ZERO);
        }
        boolean begun = false;
        try {
            Duration left = wait.minusNanos(coordination.ticker.nanos() - startNanos);
            RequestAttempt attempt = begin(key, left.isNegative() ? Duration.ZERO : left);
            begun = attempt instanceof RequestAttempt.Begun;
            return attempt;
        } finally {
            if (!begun) {
                gate.leave(key);
            }
        }
    }

    private RequestAttempt begin(SessionKey key, Duration wait) {
        var request = new SessionRequest(key, store, call -> ask(key, call));
        try {
            LockAttempt attempt = coordination.sweeps.waitFor(request, "request", limits.requestLease(), wait);
            Session session = request.session();
            if (attempt instanceof LockAttempt.Acquired got && session != null) {
                return begun(got.lease(), session);
            }
            if (attempt instanceof LockAttempt.Held held) {
                return new RequestAttempt.Busy(held.leaseLeft());
            }
            String why = attempt instanceof LockAttempt.Unreachable away ? away.why() : "the server is away";
            Session here = here(key, new UnreachableException(why), live -> touched(live, 1));
            return here.state().isLive() ? begun(null, here) : new RequestAttempt.NoSession();
        } catch (SessionRequest.NoSession e) {
            return new RequestAttempt.NoSession();
        }
    }

    @Override
    public ErasureReceipt erase(Tenant tenant) {
        long records = known.forget(tenant) + store.erase(tenant);
        // what another thread heard between the two
        known.forget(tenant);
        return new ErasureReceipt("sessions " + name, tenant, records);
    }

    @Override
    public void close() {
        sweep.close();
        coordination.forget(this, name);
    }

    // ---- with the server

    /** Tells the store first what happened here to the session, and enters it again if the store has lost it. */
    private Reply ask(SessionKey key, Supplier<Reply> call) {
        if (known.isChanged(key)) {
            tell(key);
        }
        Reply reply = call.get();
        if (reply.outcome() == Outcome.GONE && reply.session() == null) {
            Returning lost = known.lostBy(key, reply.epoch());
            if (lost != null) {
                known.hear(key, store.restore(lost));
                reply = call.get();
            }
        }
        known.hear(key, reply);
        return reply;
    }

    /** Tells the store what happened here; returns silently when it is away. */
    private void tellAll() {
        try {
            known.changed().forEach(this::tell);
        } catch (UnreachableException e) {
            // at the next time
        }
    }

    private void tell(SessionKey key) {
        // one at a time: told by two, the same turns would count twice
        telling.lock();
        try {
            KnownSessions.Changed here = known.changed(key);
            if (here != null) {
                known.told(key, here, store.restore(known.returning(here)));
            }
        } finally {
            telling.unlock();
        }
    }

    // ---- without it

    private Optional<Session> changed(SessionKey key, Supplier<Reply> call, Function<Session, Session> step) {
        try {
            Reply reply = ask(key, call);
            return reply.outcome() == Outcome.DONE ? Optional.ofNullable(reply.session()) : Optional.empty();
        } catch (UnreachableException e) {
            return Optional.of(here(key, e, step))
                    .filter(session -> session.state().isLive());
        }
    }

    private Session here(SessionKey key, UnreachableException away, Function<Session, Session> step) {
        return known.change(key, step).orElseThrow(() -> away);
    }

    private SessionUpdate updateHere(SessionKey key, long version, Map<String, String> data, UnreachableException e) {
        if (!known.isOpenedHere(key)) {
            throw e;
        }
        boolean[] done = {false};
        Session now = here(key, e, session -> {
            done[0] = session.version() == version;
            return done[0] ? session.withData(data, version + 1) : session;
        });
        if (!now.state().isLive()) {
            return new SessionUpdate.NoSession();
        }
        return done[0] ? new SessionUpdate.Updated(now) : new SessionUpdate.Conflict(now);
    }

    private Session touched(Session session, int turns) {
        boolean paused = session.state() == SessionState.PAUSED;
        return session.withTurns(turns, session.version() + (paused ? 1 : 0), coordination.dates.instant());
    }

    private Session completed(Session session) {
        return session.withState(SessionState.COMPLETED, session.version() + 1, coordination.dates.instant());
    }

    private RequestAttempt begun(@Nullable Lease lease, Session session) {
        return new RequestAttempt.Begun(new GuardedLease(lease, () -> gate.leave(session.key())), session);
    }

    private static Map<String, String> checked(Map<String, String> data) {
        if (data.size() > MAX_DATA_ENTRIES) {
            throw new IllegalArgumentException(
                    "a session's data must have at most " + MAX_DATA_ENTRIES + " entries, had " + data.size());
        }
        long characters = 0;
        for (Map.Entry<String, String> entry : data.entrySet()) {
            characters += entry.getKey().length() + entry.getValue().length();
        }
        if (characters > MAX_DATA_CHARACTERS) {
            throw new IllegalArgumentException(
                    "a session's data must have at most " + MAX_DATA_CHARACTERS + " characters, had " + characters);
        }
        return Map.copyOf(data);
    }
}
