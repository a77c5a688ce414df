package dev.mneme.memory.coordination;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.Ticker;
import dev.mneme.memory.coordination.spi.SessionStore.Reply;
import dev.mneme.memory.coordination.spi.SessionStore.Returning;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one instance knows of sessions: the last it heard of live ones, and what happened here while the server was away,
 * which the server is yet to be told.
 */
final class KnownSessions {

    static final int MAX_HEARD = 10_000;
    static final int MAX_CHANGED = 10_000;

    /** A live session as the server told it. */
    record Heard(Session session, String epoch, long openedNanos) {}

    /**
     * A session that something happened to here.
     *
     * @param session as it is here
     * @param base as the server told it, or as it was opened here
     * @param epoch empty if it was opened here
     * @param turns since {@code base}
     */
    record Changed(Session session, Session base, String epoch, long openedNanos, long turns) {

        boolean isOpenedHere() {
            return epoch.isEmpty();
        }

        Changed to(Session next) {
            return new Changed(next, base, epoch, openedNanos, turns + next.turns() - session.turns());
        }
    }

    private final Ticker ticker;
    private final InstantSource dates;
    private final int localLimit;
    private final Cache<SessionKey, Heard> heard;
    private final Map<SessionKey, Changed> changed = new ConcurrentHashMap<>();
    private final ReentrantLock opening = new ReentrantLock();

    KnownSessions(Ticker ticker, InstantSource dates, int localLimit, Duration ttl) {
        this.ticker = ticker;
        this.dates = dates;
        this.localLimit = localLimit;
        this.heard = Caffeine.newBuilder()
                .maximumSize(MAX_HEARD)
                .expireAfterWrite(ttl)
                .ticker(ticker::nanos)
                .executor(Runnable::run)
                .build();
    }

    /** The server told of a session. */
    void hear(SessionKey key, Reply reply) {
        Session session = reply.session();
        if (session == null || !session.state().isLive()) {
            heard.invalidate(key);
            return;
        }
        long ageNanos =
                Duration.between(session.openedAt(), session.lastActiveAt()).toNanos();
        Heard before = heard.getIfPresent(key);
        long openedNanos = before != null && before.session.openedAt().equals(session.openedAt())
                ? before.openedNanos
                : ticker.nanos() - ageNanos;
        heard.put(key, new Heard(session, reply.epoch(), openedNanos));
    }

    /** What the server must be told if it knows nothing of a session and has another epoch than it had; null if nothing. */
    @Nullable
    Returning lostBy(SessionKey key, String epoch) {
        Heard last = heard.getIfPresent(key);
        if (last == null || last.epoch.equals(epoch)) {
            return null;
        }
        return new Returning(last.session, last.epoch, age(last.openedNanos), 0, last.session.state());
    }

    /** Opens a session without the server, if there is a place for it here. */
    Admission open(SessionKey key, Map<String, String> data) {
        opening.lock();
        try {
            Optional<Session> present =
                    find(key).filter(session -> session.state().isLive());
            if (present.isPresent()) {
                return new Admission.Admitted(present.get(), false);
            }
            long openedHere = changed.values().stream()
                    .filter(it -> it.isOpenedHere() && it.session().state().isLive())
                    .count();
            if (openedHere >= localLimit || changed.size() >= MAX_CHANGED) {
                return new Admission.Full(localLimit, true);
            }
            Instant now = dates.instant();
            var session = new Session(key, SessionState.ACTIVE, 1, now, now, 0, data, now, true);
            changed.put(key, new Changed(session, session, "", ticker.nanos(), 0));
            return new Admission.Admitted(session, true);
        } finally {
            opening.unlock();
        }
    }

    /** The session as this instance knows it; empty if it does not. */
    Optional<Session> find(SessionKey key) {
        Changed here = changed.get(key);
        if (here != null) {
            return Optional.of(here.session);
        }
        return Optional.ofNullable(heard.getIfPresent(key)).map(last -> last.session.asDegraded());
    }

    /**
     * Changes a session without the server.
     *
     * @param step is given a live session
     * @return the session, changed if it was live; empty if it is not known here, or too many have changed
     */
    Optional<Session> change(SessionKey key, Function<Session, Session> step) {
        Changed now = changed.compute(key, (any, present) -> {
            Changed from = present;
            if (from == null) {
                Heard last = heard.getIfPresent(key);
                if (last == null || changed.size() >= MAX_CHANGED) {
                    return null;
                }
                from = new Changed(last.session.asDegraded(), last.session, last.epoch, last.openedNanos, 0);
            }
            return from.session.state().isLive() ? from.to(step.apply(from.session)) : from;
        });
        return Optional.ofNullable(now).map(Changed::session);
    }

    boolean isChanged(SessionKey key) {
        return changed.containsKey(key);
    }

    boolean isOpenedHere(SessionKey key) {
        Changed here = changed.get(key);
        return here != null && here.isOpenedHere();
    }

    List<SessionKey> changed() {
        return List.copyOf(changed.keySet());
    }

    @Nullable
    Changed changed(SessionKey key) {
        return changed.get(key);
    }

    Returning returning(Changed here) {
        return new Returning(
                // the data as it is here: it counts only where the server knows no other
                here.session, here.epoch, age(here.openedNanos), here.turns, here.session.state());
    }

    /** The server was told of a session as it was then; what happened since stays to be told. */
    void told(SessionKey key, Changed then, Reply reply) {
        Session session = reply.session();
        changed.compute(key, (any, now) -> {
            if (now == null
                    || now.equals(then)
                    || session == null
                    || !session.state().isLive()) {
                return null;
            }
            return new Changed(now.session, session, reply.epoch(), now.openedNanos, now.turns - then.turns);
        });
        hear(key, reply);
    }

    /** Forgets a tenant; gives how many sessions the server does not know of. */
    long forget(Tenant tenant) {
        heard.asMap().keySet().removeIf(key -> key.tenant().equals(tenant));
        long only = changed.values().stream()
                .filter(it -> it.session().key().tenant().equals(tenant) && it.isOpenedHere())
                .count();
        changed.keySet().removeIf(key -> key.tenant().equals(tenant));
        return only;
    }

    private Duration age(long openedNanos) {
        return Duration.ofNanos(Math.max(0, ticker.nanos() - openedNanos));
    }
}
