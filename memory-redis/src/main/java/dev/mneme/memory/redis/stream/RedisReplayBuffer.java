package dev.mneme.memory.redis.stream;

import static java.util.Objects.requireNonNull;

import dev.mneme.ErasureReceipt;
import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.Ticker;
import dev.mneme.events.Envelope;
import dev.mneme.events.EventCodec;
import dev.mneme.events.stream.Attachment;
import dev.mneme.events.stream.Attachment.Refused;
import dev.mneme.events.stream.EncodedEvent;
import dev.mneme.events.stream.ReplayBuffer;
import dev.mneme.events.stream.ReplayId;
import dev.mneme.events.stream.ReplayReport;
import dev.mneme.events.stream.ReplaySignal.End;
import dev.mneme.events.stream.ReplaySignal.Item;
import dev.mneme.events.stream.ReplayStart;
import dev.mneme.events.stream.ReplaySubscriber;
import dev.mneme.events.stream.spi.ReplayListeners;
import dev.mneme.memory.redis.Redis;
import dev.mneme.memory.redis.internal.RedisCalls;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A replay buffer in Redis: what one node appends, the listeners of all nodes get, and a listener may come back to another
 * node than it left.
 *
 * <pre>{@code
 * ReplayBuffer buffer = RedisReplayBuffer.on(redis, "sessions", codec);
 * }</pre>
 *
 * <p>An append is one call, whatever the number of listeners, and waits for none of them. A message tells the other nodes
 * that a session has something new, and those with listeners of it look. Messages can be lost; so a node looks at all its
 * sessions after its connection was lost, and at each every {@code lookEvery}.
 *
 * <p><b>What Redis loses.</b> Whenever it may have lost events (it was started anew, a replica took over, keys were evicted), a
 * session begins another incarnation with what is still there: listeners that are attached get a {@code Gap} and then
 * that, and so does whoever comes back. While Redis is away, {@link #append} and {@link #attach} throw {@code
 * StreamUnreachableException}; listeners stay attached and get what they missed when it is back.
 *
 * <p><b>Bounds.</b> A session's window has at most {@code maxEvents} events and {@code maxSessionBytes}, and goes {@code ttl}
 * after its last event; the session's numbers are kept for twice that time after the last event or look. How many
 * sessions there are Redis alone bounds. Each session has a slot of its own, so they are spread over the masters of a cluster.
 * A node has at most {@code maxSubscribers} listeners, in memory.
 *
 * <p><b>Listeners</b> are called as a {@link dev.mneme.events.stream.LocalReplayBuffer} calls them: on virtual threads where the
 * JDK has them (21 and later), else on a pool of a few daemon threads, which grows by one for each listener that hangs, up
 * to {@code maxThreads}. Each has a queue of its own, of {@code maxBehind} events.
 *
 * <p>All nodes should have the same window. {@link #close} waits at most {@code drainFor} for the listeners of this node, and
 * leaves the events and the {@link Redis} as they are.
 */
public final class RedisReplayBuffer implements ReplayBuffer {

    private final String name;
    private final EventCodec codec;
    private final RedisCalls redis;
    private final ReplayCalls calls;
    private final ReplayListeners listeners;
    private final ReplayReader reader;
    private final int maxEventBytes;
    private final Duration drainFor;
    private final RedisCalls.Hearing bell;
    private final Consumer<Boolean> reachable;
    private final LongAdder appended = new LongAdder();
    private final AtomicBoolean closed = new AtomicBoolean();

    private RedisReplayBuffer(Builder builder) {
        this.name = builder.name;
        this.codec = builder.codec;
        this.maxEventBytes = builder.maxEventBytes;
        this.drainFor = builder.drainFor;
        this.redis = RedisCalls.of(builder.redis);
        var keys = new ReplayKeys(builder.namespace, name);
        this.calls = new ReplayCalls(
                redis,
                name,
                keys,
                new ReplayCalls.Window(builder.ttl, builder.maxEvents, builder.maxSessionBytes, builder.aheadMillis));
        Ticker given = builder.ticker;
        Ticker ticker = given == null ? redis.ticker() : given;
        this.listeners = ReplayListeners.on(
                ReplayListeners.threads(builder.maxThreads),
                new ReplayListeners.Limits(
                        builder.maxSubscribers, builder.maxBehind, builder.heartbeatEvery, builder.maxHang),
                ticker);
        Duration lookEvery = min(builder.lookEvery, builder.ttl.dividedBy(2));
        ReplayReader brings = new ReplayReader(calls, listeners, ticker, given == null, lookEvery);
        this.reader = brings;
        this.reachable = now -> {
            if (now) {
                brings.lookAtAll();
            }
        };
        this.bell = redis.hear(
                keys.bell(),
                message -> ReplayBell.read(message, brings::heard, brings::heardErased),
                brings::lookAtAll);
        redis.onChange(reachable);
    }

    /** A buffer with the defaults. */
    public static RedisReplayBuffer on(Redis redis, String name, EventCodec codec) {
        return builder(redis, name, codec).build();
    }

    /**
     * A buffer to be set up.
     *
     * @param name 1 to 80 printable ASCII characters
     * @throws IllegalArgumentException if the name breaks this rule
     */
    public static Builder builder(Redis redis, String name, EventCodec codec) {
        return new Builder(redis, name, codec);
    }

    @Override
    public ReplayId append(Envelope<?> event) {
        if (closed.get()) {
            throw new IllegalStateException("the replay buffer is closed");
        }
        SessionKey session = event.session()
                .orElseThrow(() -> new IllegalArgumentException(
                        "an event must have a session to be replayed, " + event + " has none"));
        EncodedEvent encoded = EncodedEvent.of(event, codec);
        if (encoded.size() > maxEventBytes) {
            throw new IllegalArgumentException(
                    "an event must have at most " + maxEventBytes + " bytes, had " + encoded.size());
        }
        ReplayId id = calls.append(session, encoded);
        appended.increment();
        ReplaySession here = reader.find(session);
        if (here != null && here.offer(new Item(id, encoded))) {
            reader.check(session);
        }
        return id;
    }

    @Override
    public Attachment attach(SessionKey session, ReplayStart start, ReplaySubscriber subscriber) {
        requireNonNull(start, "start");
        requireNonNull(subscriber, "subscriber");
        if (closed.get()) {
            return new Refused(Refused.Reason.CLOSED);
        }
        if (!listeners.tryEnter()) {
            return new Refused(Refused.Reason.TOO_MANY_SUBSCRIBERS);
        }
        Attachment.Attached attached = null;
        ReplaySession here = reader.expect(session);
        try {
            long look = reader.nextLook();
            ReplayWindow window = calls.look(session, ReplayCalls.After.of(start));
            // whoever closes ends those that are there after this was set
            attached = closed.get() ? null : here.attach(start, subscriber, window, look);
        } finally {
            reader.arrived(here);
            if (attached == null) {
                listeners.giveUp();
            }
        }
        return attached == null ? new Refused(Refused.Reason.CLOSED) : attached;
    }

    /**
     * {@inheritDoc} Here it is what this node knows without asking: the sessions that have listeners on this node, and what Redis held
     * of them when they were last looked at.
     */
    @Override
    public ReplayReport monitor() {
        List<long[]> held = reader.sessions().map(ReplaySession::held).toList();
        return new ReplayReport(
                held.size(),
                held.stream().mapToLong(both -> both[0]).sum(),
                held.stream().mapToLong(both -> both[1]).sum(),
                listeners.attached(),
                appended.sum(),
                listeners.sent(),
                listeners.gaps(),
                listeners.dropped());
    }

    /**
     * Looks through the names of all keys of the server. The tenant's listeners on all nodes are told, and what waited for them is dropped; on a
     * node that is cut off they get what it had fetched, and a gap when it is back.
     *
     * @throws dev.mneme.events.stream.StreamUnreachableException if Redis did not answer; then erase again
     */
    @Override
    public ErasureReceipt erase(Tenant tenant) {
        String beginning = tenant.key() + ':';
        // first, so that they are not told of a gap by what follows
        reader.end(beginning, End.Reason.ERASED);
        long records = calls.erase(tenant);
        reader.end(beginning, End.Reason.ERASED);
        return new ErasureReceipt("replay buffer " + name, tenant, records);
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        redis.forget(reachable);
        bell.close();
        reader.close();
        reader.end("", End.Reason.CLOSED);
        listeners.close(drainFor);
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    /** The settings of a buffer. Not for use by several threads. */
    public static final class Builder {

        private static final Duration LONGEST = Duration.ofDays(365);

        private final Redis redis;
        private final String name;
        private final EventCodec codec;
        private String namespace = "default";
        private int maxEvents = 100;
        private Duration ttl = Duration.ofMinutes(5);
        private int maxEventBytes = 1 << 20;
        private long maxSessionBytes = 8L << 20;
        private Duration lookEvery = Duration.ofSeconds(10);
        private Duration heartbeatEvery = Duration.ofSeconds(30);
        private Duration maxHang = Duration.ofSeconds(10);
        private Duration drainFor = Duration.ofSeconds(5);
        private int maxBehind = 1_000;
        private int maxSubscribers = 10_000;
        private int maxThreads = 256;
        private @Nullable Ticker ticker;
        private LongSupplier aheadMillis = () -> 0;

        private Builder(Redis redis, String name, EventCodec codec) {
            this.redis = requireNonNull(redis, "redis");
            this.name = StreamRules.name("a replay buffer's name", name);
            this.codec = requireNonNull(codec, "codec");
        }

        /**
         * What keeps hosts on one Redis apart; {@code default} by default.
         *
         * @throws IllegalArgumentException if it is empty or has more than 64 characters
         */
        public Builder namespace(String namespace) {
            this.namespace = StreamRules.namespace(namespace);
            return this;
        }

        /**
         * The most events of a session's window; 100 by default.
         *
         * @throws IllegalArgumentException if it is not 1 to 10,000
         */
        public Builder maxEvents(int maxEvents) {
            this.maxEvents = StreamRules.between("maxEvents", maxEvents, 1, 10_000);
            return this;
        }

        /**
         * The longest an event is kept, by the clock of Redis; 5 minutes by default.
         *
         * @throws IllegalArgumentException if it is not 1 s to 24 h
         */
        public Builder ttl(Duration ttl) {
            this.ttl = StreamRules.between("ttl", ttl, Duration.ofSeconds(1), Duration.ofDays(1));
            return this;
        }

        /**
         * The most bytes of one event; 1 MiB by default.
         *
         * @throws IllegalArgumentException if it is not 1 to 16 MiB
         */
        public Builder maxEventBytes(int maxEventBytes) {
            this.maxEventBytes = StreamRules.between("maxEventBytes", maxEventBytes, 1, 16 << 20);
            return this;
        }

        /**
         * The most bytes of a session's window, but for its last event; 8 MiB by default. A listener that comes back may be sent so much at once.
         *
         * @throws IllegalArgumentException if it is not 1 to 64 MiB
         */
        public Builder maxSessionBytes(int maxSessionBytes) {
            this.maxSessionBytes = StreamRules.between("maxSessionBytes", maxSessionBytes, 1, 64 << 20);
            return this;
        }

        /**
         * How long a listener waits at most for an event of another node whose message was lost, if nothing else is
         * appended to the session; 10 s by default, and never more than half of {@code ttl}. Each session that has
         * listeners on this node costs Redis one call in that time.
         *
         * @throws IllegalArgumentException if it is not 100 ms to 1 h
         */
        public Builder lookEvery(Duration lookEvery) {
            this.lookEvery = StreamRules.between("lookEvery", lookEvery, Duration.ofMillis(100), Duration.ofHours(1));
            return this;
        }

        /**
         * The silence after which a listener gets a heartbeat, at most a second later; 30 seconds by default.
         *
         * @throws IllegalArgumentException if it is not 1 ms to a year
         */
        public Builder heartbeatEvery(Duration heartbeatEvery) {
            this.heartbeatEvery = StreamRules.between("heartbeatEvery", heartbeatEvery, Duration.ofMillis(1), LONGEST);
            return this;
        }

        /**
         * The longest a call of a listener may take; one that takes longer is interrupted, and the listener dropped; 10
         * seconds by default.
         *
         * @throws IllegalArgumentException if it is not 1 ms to a year
         */
        public Builder maxHang(Duration maxHang) {
            this.maxHang = StreamRules.between("maxHang", maxHang, Duration.ofMillis(1), LONGEST);
            return this;
        }

        /**
         * How long {@link RedisReplayBuffer#close} waits for listeners; 5 seconds by default.
         *
         * @throws IllegalArgumentException if it is negative or more than a year
         */
        public Builder drainFor(Duration drainFor) {
            this.drainFor = StreamRules.notNegative("drainFor", drainFor);
            return this;
        }

        /**
         * The most events that may wait for a listener, beside those it missed before it came and those that follow a
         * gap; 1,000 by default.
         *
         * @throws IllegalArgumentException if it is not 1 to 1,000,000
         */
        public Builder maxBehind(int maxBehind) {
            this.maxBehind = StreamRules.between("maxBehind", maxBehind, 1, 1_000_000);
            return this;
        }

        /**
         * The most listeners on this node, of all sessions; 10,000 by default.
         *
         * @throws IllegalArgumentException if it is not 1 to 1,000,000
         */
        public Builder maxSubscribers(int maxSubscribers) {
            this.maxSubscribers = StreamRules.between("maxSubscribers", maxSubscribers, 1, 1_000_000);
            return this;
        }

        /**
         * The most threads for listeners, where there are no virtual ones; 256 by default.
         *
         * @throws IllegalArgumentException if it is not 1 to 10,000
         */
        public Builder maxThreads(int maxThreads) {
            this.maxThreads = StreamRules.between("maxThreads", maxThreads, 1, 10_000);
            return this;
        }

        /**
         * By what silence, hanging calls and the time between looks are measured; that of the {@link Redis} by default. Another
         * one is looked at every few milliseconds.
         */
        public Builder ticker(Ticker ticker) {
            this.ticker = requireNonNull(ticker, "ticker");
            return this;
        }

        /** Has events be dated and kept as if the server's clock were ahead of its time. */
        Builder aheadMillis(LongSupplier aheadMillis) {
            this.aheadMillis = aheadMillis;
            return this;
        }

        /** Begins to listen, and returns at once: Redis may be away. */
        public RedisReplayBuffer build() {
            return new RedisReplayBuffer(this);
        }
    }
}
