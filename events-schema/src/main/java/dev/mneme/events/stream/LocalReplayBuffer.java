package dev.mneme.events.stream;

import static java.util.Objects.requireNonNull;

import dev.mneme.ErasureReceipt;
import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.Ticker;
import dev.mneme.events.Envelope;
import dev.mneme.events.EventCodec;
import dev.mneme.events.stream.ReplaySignal.End;
import dev.mneme.events.stream.spi.ReplayListeners;
import dev.mneme.events.stream.spi.Timekeeper;
import dev.mneme.events.stream.spi.Workers;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A replay buffer in this process's memory. Nothing of it outlives the process: a listener that comes back after a
 * restart gets a gap.
 *
 * <p><b>Listeners.</b> Each has a queue of its own: {@code maxBehind} events may wait in it, beside those it missed before
 * it came. One more, or a call of the listener that takes longer than {@code maxHang}, and it is dropped. They are called
 * on virtual threads where the JDK has them (21 and later), else on a pool of a few daemon threads, which grows by one
 * for each listener that hangs, up to {@code maxThreads}: only beyond that do listeners that hang delay others, until
 * they are dropped.
 *
 * <p><b>Bounds.</b> At most {@code maxSessions} sessions, {@code maxBytes} of events and {@code maxSubscribers} listeners.
 * To make room, the session that nothing was appended or attached to for the longest time is forgotten if nobody listens to it;
 * where somebody listens to all, {@link #append} throws and {@link #attach} refuses. A session without events and
 * listeners is forgotten by itself. Whoever comes back to a forgotten session gets a gap.
 *
 * <p>{@link #close} waits at most {@code drainFor} for the listeners.
 */
public final class LocalReplayBuffer implements ReplayBuffer {

    private static final SecureRandom RANDOM = new SecureRandom();
    /** Events are kept longer than they may by a twentieth at most. */
    private static final int SWEEPS = 20;

    private final EventCodec codec;
    private final Ticker ticker;
    private final int maxEvents;
    private final long ttlNanos;
    private final int maxSessions;
    private final long maxBytes;
    private final int maxEventBytes;
    private final Duration drainFor;
    private final ReplayListeners listeners;
    private final Timekeeper timekeeper;

    private final AtomicLong events = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final LongAdder appended = new LongAdder();

    /** Taken before the lock of a session, never while one is held. */
    private final ReentrantLock lock = new ReentrantLock();

    // guarded by the lock; the session used last is last
    private final Map<SessionKey, LocalReplaySession> sessions = new LinkedHashMap<>(16, 0.75f, true);
    private boolean closed;

    private LocalReplayBuffer(Builder builder) {
        this.codec = builder.codec;
        this.ticker = builder.ticker == null ? Ticker.system() : builder.ticker;
        this.maxEvents = builder.maxEvents;
        this.ttlNanos = builder.ttl.toNanos();
        this.maxSessions = builder.maxSessions;
        this.maxBytes = builder.maxBytes;
        this.maxEventBytes = builder.maxEventBytes;
        this.drainFor = builder.drainFor;
        Workers workers = builder.workers == null ? ReplayListeners.threads(builder.maxThreads) : builder.workers;
        this.listeners = ReplayListeners.on(
                workers,
                new ReplayListeners.Limits(
                        builder.maxSubscribers, builder.maxBehind, builder.heartbeatEvery, builder.maxHang),
                ticker,
                builder.clock);
        this.timekeeper = new Timekeeper("mneme-replay-timer", builder.ticker == null, this::round);
    }

    /** A buffer with the defaults. */
    public static LocalReplayBuffer create(EventCodec codec) {
        return builder(codec).build();
    }

    public static Builder builder(EventCodec codec) {
        return new Builder(codec);
    }

    @Override
    public ReplayId append(Envelope<?> event) {
        SessionKey key = event.session()
                .orElseThrow(() -> new IllegalArgumentException(
                        "an event must have a session to be replayed, " + event + " has none"));
        EncodedEvent encoded = EncodedEvent.of(event, codec);
        if (encoded.size() > Math.min(maxEventBytes, maxBytes)) {
            throw new IllegalArgumentException("an event must have at most " + Math.min(maxEventBytes, maxBytes)
                    + " bytes, had " + encoded.size());
        }
        ReplayId id = null;
        while (id == null) {
            id = sessionFor(key, encoded.size()).append(encoded);
        }
        appended.increment();
        return id;
    }

    @Override
    public Attachment attach(SessionKey session, ReplayStart start, ReplaySubscriber subscriber) {
        requireNonNull(start, "start");
        requireNonNull(subscriber, "subscriber");
        if (!listeners.tryEnter()) {
            return new Attachment.Refused(Attachment.Refused.Reason.TOO_MANY_SUBSCRIBERS);
        }
        Attachment attachment = null;
        try {
            while (attachment == null) {
                attachment = sessionFor(session, 0).attach(start, subscriber);
            }
        } catch (ReplayBufferFullException e) {
            attachment = new Attachment.Refused(Attachment.Refused.Reason.TOO_MANY_SESSIONS);
        } catch (ClosedException e) {
            attachment = new Attachment.Refused(Attachment.Refused.Reason.CLOSED);
        }
        if (attachment instanceof Attachment.Refused) {
            listeners.giveUp();
        }
        return attachment;
    }

    @Override
    public ReplayReport monitor() {
        int count;
        lock.lock();
        try {
            count = sessions.size();
        } finally {
            lock.unlock();
        }
        return new ReplayReport(
                count,
                events.get(),
                bytes.get(),
                listeners.attached(),
                appended.sum(),
                listeners.sent(),
                listeners.gaps(),
                listeners.dropped());
    }

    /** The listeners of the tenant's sessions are told, and what waited for them is dropped. */
    @Override
    public ErasureReceipt erase(Tenant tenant) {
        var erased = new ArrayList<LocalReplaySession>();
        lock.lock();
        try {
            for (Iterator<Map.Entry<SessionKey, LocalReplaySession>> at =
                            sessions.entrySet().iterator();
                    at.hasNext(); ) {
                var entry = at.next();
                if (entry.getKey().tenant().equals(tenant)) {
                    erased.add(entry.getValue());
                    at.remove();
                }
            }
        } finally {
            lock.unlock();
        }
        long records = erased.stream()
                .mapToLong(session -> session.end(End.Reason.ERASED))
                .sum();
        return new ErasureReceipt("replay buffer", tenant, records);
    }

    @Override
    public void close() {
        List<LocalReplaySession> open;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            open = List.copyOf(sessions.values());
            sessions.clear();
        } finally {
            lock.unlock();
        }
        timekeeper.close();
        open.forEach(session -> session.end(End.Reason.CLOSED));
        listeners.close(drainFor);
    }

    ReplayListeners listeners() {
        return listeners;
    }

    void count(int eventsMore, long bytesMore) {
        events.addAndGet(eventsMore);
        bytes.addAndGet(bytesMore);
    }

    long nanos() {
        return ticker.nanos();
    }

    int maxEvents() {
        return maxEvents;
    }

    long ttlNanos() {
        return ttlNanos;
    }

    private LocalReplaySession sessionFor(SessionKey key, int bytesMore) {
        LocalReplaySession session;
        lock.lock();
        try {
            if (closed) {
                throw new ClosedException();
            }
            session = sessions.get(key);
            while (bytes.get() + bytesMore > maxBytes || (session == null && sessions.size() >= maxSessions)) {
                forgetOneBut(session);
            }
            if (session != null) {
                return session;
            }
            session = new LocalReplaySession(this, newIncarnation());
            sessions.put(key, session);
        } finally {
            lock.unlock();
        }
        timekeeper.wake();
        return session;
    }

    private void forgetOneBut(@Nullable LocalReplaySession wanted) {
        for (Iterator<LocalReplaySession> at = sessions.values().iterator(); at.hasNext(); ) {
            LocalReplaySession eldest = at.next();
            if (eldest != wanted && eldest.forgetIfQuiet(true)) {
                at.remove();
                return;
            }
        }
        throw new ReplayBufferFullException(sessions.size());
    }

    private long round() {
        List<Map.Entry<SessionKey, LocalReplaySession>> all;
        lock.lock();
        try {
            all = sessions.entrySet().stream()
                    .map(entry -> Map.entry(entry.getKey(), entry.getValue()))
                    .toList();
        } finally {
            lock.unlock();
        }
        if (all.isEmpty()) {
            return Timekeeper.NOTHING_DUE;
        }
        ReplayListeners.Sweep sweep = listeners.sweep();
        long now = ticker.nanos();
        for (var entry : all) {
            LocalReplaySession session = entry.getValue();
            session.sweep(now, sweep);
            if (session.forgetIfQuiet(false)) {
                remove(entry.getKey(), session);
            }
        }
        return Math.max(1, Math.min(ttlNanos / SWEEPS, listeners.sweepEveryNanos()));
    }

    private void remove(SessionKey key, LocalReplaySession session) {
        lock.lock();
        try {
            sessions.remove(key, session);
        } finally {
            lock.unlock();
        }
    }

    private static String newIncarnation() {
        return Long.toUnsignedString(RANDOM.nextLong(), 36);
    }

    /** To be told from the state of an envelope, which may be illegal too. */
    private static final class ClosedException extends IllegalStateException {
        private static final long serialVersionUID = 1;

        private ClosedException() {
            super("the replay buffer is closed");
        }
    }

    /** The settings of a buffer. */
    public static final class Builder {

        private final EventCodec codec;
        private @Nullable Ticker ticker;
        private @Nullable Workers workers;
        private InstantSource clock = InstantSource.system();
        private int maxEvents = 100;
        private Duration ttl = Duration.ofMinutes(5);
        private Duration heartbeatEvery = Duration.ofSeconds(30);
        private Duration maxHang = Duration.ofSeconds(10);
        private Duration drainFor = Duration.ofSeconds(5);
        private int maxBehind = 1_000;
        private int maxSessions = 10_000;
        private int maxSubscribers = 10_000;
        private long maxBytes = 256L << 20;
        private int maxEventBytes = 1 << 20;
        private int maxThreads = 256;

        private Builder(EventCodec codec) {
            this.codec = requireNonNull(codec, "codec");
        }

        /**
         * The most events of a session's window; 100 by default.
         *
         * @throws IllegalArgumentException if it is not 1 to 100,000
         */
        public Builder maxEvents(int maxEvents) {
            Limits.between("maxEvents", maxEvents, 1, 100_000);
            this.maxEvents = maxEvents;
            return this;
        }

        /**
         * The longest an event is kept; 5 minutes by default.
         *
         * @throws IllegalArgumentException if it is not more than zero
         */
        public Builder ttl(Duration ttl) {
            Limits.positive("ttl", ttl);
            this.ttl = ttl;
            return this;
        }

        /**
         * The silence after which a listener gets a heartbeat, at most a second later; 30 seconds by default.
         *
         * @throws IllegalArgumentException if it is not more than zero
         */
        public Builder heartbeatEvery(Duration heartbeatEvery) {
            Limits.positive("heartbeatEvery", heartbeatEvery);
            this.heartbeatEvery = heartbeatEvery;
            return this;
        }

        /**
         * The longest a call of a listener may take; one that takes longer is interrupted, and the listener dropped; 10
         * seconds by default.
         *
         * @throws IllegalArgumentException if it is not more than zero
         */
        public Builder maxHang(Duration maxHang) {
            Limits.positive("maxHang", maxHang);
            this.maxHang = maxHang;
            return this;
        }

        /**
         * How long {@link LocalReplayBuffer#close} waits for listeners; 5 seconds by default.
         *
         * @throws IllegalArgumentException if it is negative
         */
        public Builder drainFor(Duration drainFor) {
            Limits.notNegative("drainFor", drainFor);
            this.drainFor = drainFor;
            return this;
        }

        /**
         * The most events that may wait for a listener, beside those it missed before it came; 1,000 by default.
         *
         * @throws IllegalArgumentException if it is not 1 to 1,000,000
         */
        public Builder maxBehind(int maxBehind) {
            Limits.between("maxBehind", maxBehind, 1, 1_000_000);
            this.maxBehind = maxBehind;
            return this;
        }

        /**
         * The most sessions; 10,000 by default.
         *
         * @throws IllegalArgumentException if it is not 1 to 1,000,000
         */
        public Builder maxSessions(int maxSessions) {
            Limits.between("maxSessions", maxSessions, 1, 1_000_000);
            this.maxSessions = maxSessions;
            return this;
        }

        /**
         * The most listeners, of all sessions; 10,000 by default.
         *
         * @throws IllegalArgumentException if it is not 1 to 1,000,000
         */
        public Builder maxSubscribers(int maxSubscribers) {
            Limits.between("maxSubscribers", maxSubscribers, 1, 1_000_000);
            this.maxSubscribers = maxSubscribers;
            return this;
        }

        /**
         * The most bytes of all windows; 256 MiB by default. Events that wait for listeners are kept beyond it.
         *
         * @throws IllegalArgumentException if it is not more than zero
         */
        public Builder maxBytes(long maxBytes) {
            Limits.between("maxBytes", maxBytes, 1, Long.MAX_VALUE);
            this.maxBytes = maxBytes;
            return this;
        }

        /**
         * The most bytes of one event; 1 MiB by default.
         *
         * @throws IllegalArgumentException if it is not more than zero
         */
        public Builder maxEventBytes(int maxEventBytes) {
            Limits.between("maxEventBytes", maxEventBytes, 1, Integer.MAX_VALUE);
            this.maxEventBytes = maxEventBytes;
            return this;
        }

        /**
         * The most threads that call listeners where there are no virtual ones; 256 by default.
         *
         * @throws IllegalArgumentException if it is not 1 to 10,000
         */
        public Builder maxThreads(int maxThreads) {
            Limits.between("maxThreads", maxThreads, 1, 10_000);
            this.maxThreads = maxThreads;
            return this;
        }

        /** By what ages and silences are measured. Another than the system's is looked at every few milliseconds. */
        public Builder ticker(Ticker ticker) {
            this.ticker = requireNonNull(ticker, "ticker");
            return this;
        }

        /** What heartbeats are dated by. */
        public Builder clock(InstantSource clock) {
            this.clock = requireNonNull(clock, "clock");
            return this;
        }

        /** Runs listeners on these threads. */
        Builder workers(Workers workers) {
            this.workers = workers;
            return this;
        }

        public LocalReplayBuffer build() {
            return new LocalReplayBuffer(this);
        }
    }
}
