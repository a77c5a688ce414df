package dev.mneme.memory.redis.stream;

import dev.mneme.SessionKey;
import dev.mneme.Ticker;
import dev.mneme.events.stream.ReplayId;
import dev.mneme.events.stream.ReplaySignal.End;
import dev.mneme.events.stream.spi.ReplayListeners;
import dev.mneme.events.stream.spi.Timekeeper;
import dev.mneme.memory.redis.stream.ReplayCalls.After;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the listeners of this node what they lack: one thread that looks at sessions of which something was heard, at all
 * after messages may have been lost, and at each from time to time. It waits for no answer, and there is one look at a
 * session under way at most.
 */
final class ReplayReader {

    private static final Logger LOG = LoggerFactory.getLogger(RedisReplayBuffer.class);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** A session, and what this thread knows of the looks at it. */
    private static final class Watched {

        private final ReplaySession session;
        private final AtomicBoolean queued = new AtomicBoolean();
        private volatile boolean inAnyCase;
        // of the thread alone
        private boolean looking;
        private boolean again;
        private boolean looked;
        private long nextNanos;

        private Watched(ReplaySession session) {
            this.session = session;
        }
    }

    /** What came of a look; no answer if there is none. */
    private record Answer(
            Watched watched, long look, @Nullable List<?> found) {}

    private final ReplayCalls calls;
    private final ReplayListeners listeners;
    private final Ticker ticker;
    private final long lookEveryNanos;
    private final Timekeeper timekeeper;

    private final Map<String, Watched> sessions = new ConcurrentHashMap<>();
    private final Queue<Watched> queue = new ConcurrentLinkedQueue<>();
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final Set<String> erased = ConcurrentHashMap.newKeySet();
    private final AtomicLong looks = new AtomicLong();
    private volatile boolean allInAnyCase;

    // of the thread alone
    private long sweepNanos;

    ReplayReader(
            ReplayCalls calls, ReplayListeners listeners, Ticker ticker, boolean systemTicker, Duration lookEvery) {
        this.calls = calls;
        this.listeners = listeners;
        this.ticker = ticker;
        this.lookEveryNanos = lookEvery.toNanos();
        this.sweepNanos = ticker.nanos();
        this.timekeeper = new Timekeeper("mneme-replay-reader", systemTicker, this::round);
    }

    /** The session, which stays for as long as somebody is expected or listens. */
    ReplaySession expect(SessionKey key) {
        return sessions.compute(ReplayCalls.path(key), (path, known) -> {
                    Watched watched = known == null ? new Watched(new ReplaySession(key, listeners)) : known;
                    watched.session.expect();
                    return watched;
                })
                .session;
    }

    /** A number for a look that is about to be sent. */
    long nextLook() {
        return looks.incrementAndGet();
    }

    /** Somebody came, or did not after all. */
    void arrived(ReplaySession session) {
        session.arrived();
        check(session.key());
    }

    /** Sees whether listeners of a session lack something. */
    void check(SessionKey session) {
        Watched watched = sessions.get(ReplayCalls.path(session));
        if (watched != null) {
            enqueue(watched);
        }
    }

    @Nullable
    ReplaySession find(SessionKey session) {
        Watched watched = sessions.get(ReplayCalls.path(session));
        return watched == null ? null : watched.session;
    }

    /** An event was appended somewhere. Called on the client's threads. */
    void heard(String path, ReplayId id) {
        Watched watched = sessions.get(path);
        if (watched != null && watched.session.hear(id)) {
            enqueue(watched);
        }
    }

    /** A tenant was erased somewhere. Called on the client's threads. */
    void heardErased(String tenantKey) {
        erased.add(tenantKey);
        timekeeper.wake();
    }

    /** Messages may have been lost. */
    void lookAtAll() {
        allInAnyCase = true;
        timekeeper.wake();
    }

    /** Ends the listeners of those sessions whose path begins so. */
    void end(String beginning, End.Reason reason) {
        sessions.forEach((path, watched) -> {
            if (path.startsWith(beginning)) {
                watched.session.end(reason);
            }
        });
    }

    Stream<ReplaySession> sessions() {
        return sessions.values().stream().map(watched -> watched.session);
    }

    void close() {
        timekeeper.close();
    }

    private void enqueue(Watched watched) {
        if (watched.queued.compareAndSet(false, true)) {
            queue.add(watched);
            timekeeper.wake();
        }
    }

    // ---- the thread

    private long round() {
        try {
            endErased();
            takeAnswers();
            if (allInAnyCase) {
                allInAnyCase = false;
                sessions.values().forEach(this::lookInAnyCase);
            }
            for (Watched watched = queue.poll(); watched != null; watched = queue.poll()) {
                watched.queued.set(false);
                look(watched);
            }
            long now = ticker.nanos();
            if (sweepNanos - now <= 0) {
                sweepNanos = now + Math.min(listeners.sweepEveryNanos(), lookEveryNanos);
                sweep(now);
            }
            boolean idle = sessions.isEmpty() && erased.isEmpty();
            return idle ? Timekeeper.NOTHING_DUE : Math.max(1, sweepNanos - ticker.nanos());
        } catch (RuntimeException e) {
            LOG.warn("a replay buffer had trouble: {}", e.getClass().getName());
            return RETRY_NANOS;
        }
    }

    private void endErased() {
        for (String tenant : List.copyOf(erased)) {
            erased.remove(tenant);
            end(tenant + ':', End.Reason.ERASED);
        }
    }

    private void sweep(long now) {
        ReplayListeners.Sweep sweep = listeners.sweep();
        sessions.forEach((path, watched) -> {
            watched.session.sweep(sweep);
            if (watched.looked && watched.nextNanos - now <= 0) {
                lookInAnyCase(watched);
            }
            sessions.computeIfPresent(path, (same, present) -> present.session.isUnused() ? null : present);
        });
    }

    private void lookInAnyCase(Watched watched) {
        watched.inAnyCase = true;
        look(watched);
    }

    private void look(Watched watched) {
        if (watched.looking) {
            watched.again = true;
            return;
        }
        boolean inAnyCase = watched.inAnyCase;
        watched.inAnyCase = false;
        if (!watched.looked) {
            // it has just been looked at, for the first listener
            watched.looked = true;
            watched.nextNanos = ticker.nanos() + lookEveryNanos;
        }
        After after = watched.session.next(inAnyCase);
        if (after == null) {
            return;
        }
        watched.looking = true;
        long look = nextLook();
        calls.lookLater(watched.session.key(), after).whenComplete((found, failure) -> {
            answers.add(new Answer(watched, look, failure == null ? found : null));
            timekeeper.wake();
        });
    }

    private void takeAnswers() {
        for (Answer answer = answers.poll(); answer != null; answer = answers.poll()) {
            Watched watched = answer.watched;
            watched.looking = false;
            boolean more = watched.again;
            watched.again = false;
            List<?> found = answer.found;
            if (found == null) {
                // asked again when Redis is back, and anyhow soon
                watched.inAnyCase = true;
                watched.nextNanos = ticker.nanos() + RETRY_NANOS;
                continue;
            }
            watched.nextNanos = ticker.nanos() + lookEveryNanos;
            ReplaySession session = watched.session;
            if (session.accept(ReplayWindow.of(session.key().tenant(), found), answer.look)) {
                watched.inAnyCase = true;
                more = true;
            }
            if (more) {
                enqueue(watched);
            }
        }
    }
}
