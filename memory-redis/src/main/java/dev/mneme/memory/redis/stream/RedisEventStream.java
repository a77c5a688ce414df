package dev.mneme.memory.redis.stream;

import static dev.mneme.memory.redis.stream.StreamCalls.bytes;
import static java.util.Objects.requireNonNull;

import dev.mneme.ErasureReceipt;
import dev.mneme.HealthCheck;
import dev.mneme.Tenant;
import dev.mneme.Ticker;
import dev.mneme.events.Envelope;
import dev.mneme.events.EventCodec;
import dev.mneme.events.stream.ConsumerGroup;
import dev.mneme.events.stream.DeadLetter;
import dev.mneme.events.stream.EncodedEvent;
import dev.mneme.events.stream.EventSink;
import dev.mneme.events.stream.EventStream;
import dev.mneme.events.stream.StreamFullException;
import dev.mneme.events.stream.StreamReport;
import dev.mneme.events.stream.Subscription;
import dev.mneme.memory.redis.Redis;
import dev.mneme.memory.redis.internal.RedisCalls;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An event stream in Redis, which many nodes append to and work through together. What one node's object says, all of the
 * same namespace and name see.
 *
 * <pre>{@code
 * EventStream events = RedisEventStream.on(redis, "events", codec);
 * events.group("indexer").maxConcurrency(8).subscribe(MemoryNotedV2.class, event -> index.add(event.data()));
 * }</pre>
 *
 * <p>All of one stream is in one slot: on a cluster one master carries it, and several streams are spread over several.
 *
 * <p><b>Consumers.</b> A consumer renews its hold on the events that it has every third of {@code reclaimAfter}; what was
 * not renewed for so long, because its process died, goes to another consumer of the group, and on a graceful close at
 * once. An event counts as delivered when its handler begins; that Redis knows before a second delivery begins, so that
 * an event that kills its process is a dead letter once it has had {@code maxDeliveries}. Whatever a consumer had fetched when its
 * process died counts as delivered once. With {@code maxConcurrency} above 1, after a reclaim, and after Redis lost
 * answers for longer than a consumer waited, events may be handled out of order.
 *
 * <p><b>What is kept.</b> Nothing that some group has not finished, and finished events for {@code retainFor}, unless half
 * of the capacity is used. A stream without a group keeps everything. At its capacity, publishing throws {@link
 * StreamFullException} and the sink answers {@code NOT_TRIED}.
 *
 * <p><b>When Redis is away</b>, publishing and questions throw {@code StreamUnreachableException}, and consumers go on with
 * what they hold, acknowledge it when Redis is back, and then take more. What Redis itself loses (a failover, a restart
 * without its data) is lost: groups are then created anew by their consumers, and fences of lanes are forgotten. The server must
 * not evict keys ({@code maxmemory-policy noeviction}).
 *
 * <p>Handlers run on virtual threads where the JDK has them (21 and later), else on at most {@code maxConcurrency} daemon
 * threads for each subscription. Closing this leaves the {@link Redis} open.
 */
public final class RedisEventStream implements EventStream {

    private static final int MAX_LISTED = 10_000;

    private final String name;
    private final EventCodec codec;
    private final StreamCalls calls;
    private final RedisEventSink sink;
    private final StreamMonitor monitor;
    private final DeadLetters dead;
    private final StreamWatch watch;
    private final RedisConsumer.Setup setup;
    private final Map<String, GroupCounts> counts = new ConcurrentHashMap<>();
    private final Consumers consumers;
    private final RedisCalls.Hearing bell;
    private final Consumer<Boolean> reachable;
    private volatile boolean closed;

    private RedisEventStream(Builder builder) {
        this.name = builder.name;
        this.codec = builder.codec;
        RedisCalls redis = RedisCalls.of(builder.redis);
        this.calls = new StreamCalls(redis, name, new StreamKeys(builder.namespace, name));
        this.sink = new RedisEventSink(calls, this::checkOpen, builder.capacity, builder.maxEventBytes);
        this.monitor = new StreamMonitor(calls, counts, builder.reclaimAfter);
        this.dead = new DeadLetters(calls);
        this.watch = new StreamWatch(
                calls, monitor, builder.retainFor, builder.capacity, builder.backlogAfter, builder.onBacklog);
        Ticker given = builder.ticker;
        this.setup = new RedisConsumer.Setup(
                given == null ? redis.ticker() : given,
                given == null,
                builder.reclaimAfter,
                builder.batch,
                builder.maxDeadLetters);
        Consumers hearing = new Consumers(redis.timeout());
        this.consumers = hearing;
        this.reachable = hearing::reachable;
        this.bell = redis.hear(calls.keys().bell(), hearing::rung, hearing::ring);
        redis.onChange(reachable);
        watch.start();
    }

    /** A stream with the defaults. */
    public static RedisEventStream on(Redis redis, String name, EventCodec codec) {
        return builder(redis, name, codec).build();
    }

    /**
     * A stream to be set up.
     *
     * @param name 1 to 80 printable ASCII characters
     * @throws IllegalArgumentException if the name breaks this rule
     */
    public static Builder builder(Redis redis, String name, EventCodec codec) {
        return new Builder(redis, name, codec);
    }

    @Override
    public void publish(Envelope<?> event) {
        checkOpen();
        EncodedEvent encoded = EncodedEvent.of(event, codec);
        if (sink.isTooLarge(encoded)) {
            throw new IllegalArgumentException(sink.tooLarge(encoded));
        }
        if (!sink.append(encoded)) {
            throw new StreamFullException(name, sink.capacity());
        }
    }

    @Override
    public EventSink sink() {
        return sink;
    }

    @Override
    public ConsumerGroup group(String name) {
        return ConsumerGroup.of(name, codec, this::subscribe);
    }

    @Override
    public List<DeadLetter> deadLetters(String group, int limit) {
        StreamRules.between("limit", limit, 1, MAX_LISTED);
        return dead.list(group, limit);
    }

    @Override
    public int redrive(String group, Predicate<? super DeadLetter> which) {
        return dead.redrive(group, requireNonNull(which, "which"));
    }

    @Override
    public int discard(String group, Predicate<? super DeadLetter> which) {
        return dead.discard(group, requireNonNull(which, "which"));
    }

    /**
     * Sets a group back, so that it gets anew what has entered the stream since then and is still there, or forward, so
     * that it skips what it has not begun. What is pending stays so.
     *
     * @param since by the clock of Redis
     * @return whether there is such a group
     * @throws dev.mneme.events.stream.StreamUnreachableException if it is not known whether it was done; then do it again
     */
    public boolean rewind(String group, Instant since) {
        String before = Math.max(0, since.toEpochMilli() - 1) + "-" + Long.toUnsignedString(-1);
        return calls.askLong(
                        StreamScript.REWIND,
                        calls.keys().entriesAnd(),
                        bytes(group),
                        bytes(before),
                        bytes(calls.keys().bell()))
                > 0;
    }

    /**
     * Removes a group for good, with what it has not finished and its dead letters: what is kept for its sake is so no
     * more. A subscription that is still open anywhere makes it anew.
     *
     * @return whether there was such a group
     * @throws dev.mneme.events.stream.StreamUnreachableException if it is not known whether it was done; then do it again
     */
    public boolean dropGroup(String group) {
        String[] keys = calls.keys().entriesAnd(calls.keys().dead(group));
        return calls.askLong(StreamScript.DROP, keys, bytes(group)) > 0;
    }

    /** {@inheritDoc} Before Redis 7 the lag of a group that has something unread is not known. */
    @Override
    public StreamReport monitor() {
        return monitor.report();
    }

    /** A check named {@code events}: asks nobody, tells what is known; a group that is too far behind degrades it. */
    public HealthCheck health() {
        return HealthCheck.of("events", () -> {
            if (!calls.redis().isReachable()) {
                return HealthCheck.Result.unhealthy("Redis is away");
            }
            List<Backlog> behind = watch.backlogs();
            HealthCheck.Result result = behind.isEmpty()
                    ? HealthCheck.Result.healthy()
                    : HealthCheck.Result.degraded(behind.size() + " groups are behind");
            return result.with("groups_behind", behind.size()).with("hears_the_bell", bell.isUp());
        });
    }

    /**
     * Looks through the whole stream and all dead letters. Nodes that are cut off meanwhile may still hand out what they
     * have fetched before.
     *
     * @throws dev.mneme.events.stream.StreamUnreachableException if Redis did not answer; then erase again
     */
    @Override
    public ErasureReceipt erase(Tenant tenant) {
        int erased = new StreamErasure(calls).erase(tenant, monitor.groups());
        consumers.forget(tenant);
        return new ErasureReceipt("event stream " + name, tenant, erased);
    }

    /** {@inheritDoc} Events stay in Redis. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        calls.redis().forget(reachable);
        bell.close();
        watch.close();
        consumers.close();
    }

    Map<String, GroupCounts> counts() {
        return counts;
    }

    StreamWatch watch() {
        return watch;
    }

    String name() {
        return name;
    }

    private Subscription subscribe(ConsumerGroup settings) {
        checkOpen();
        String name = "c-" + UUID.randomUUID().toString().replace("-", "");
        var counted = counts.computeIfAbsent(settings.name(), group -> new GroupCounts());
        var asking = new ConsumerCalls(calls, settings.name(), name);
        var consumer = new RedisConsumer(consumers, settings, asking, setup, counted);
        consumers.add(consumer);
        consumer.start();
        return consumer;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("event stream '" + name + "' is closed");
        }
    }

    /** The settings of a stream. All nodes should have the same. Not for use by several threads. */
    public static final class Builder {

        private final Redis redis;
        private final String name;
        private final EventCodec codec;
        private String namespace = "default";
        private int capacity = 1_000_000;
        private int maxEventBytes = 1 << 20;
        private int maxDeadLetters = 100_000;
        private int batch = 100;
        private Duration reclaimAfter = Duration.ofSeconds(30);
        private Duration retainFor = Duration.ofMinutes(10);
        private Duration backlogAfter = Duration.ofMinutes(5);
        private Consumer<Backlog> onBacklog = backlog -> {};
        private @Nullable Ticker ticker;

        private Builder(Redis redis, String name, EventCodec codec) {
            this.redis = requireNonNull(redis, "redis");
            this.name = StreamRules.name("a stream's name", name);
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
         * The most events in the stream, finished ones included, which make room when it is reached; 1,000,000 by default.
         *
         * @throws IllegalArgumentException if it is not 1 to 100,000,000
         */
        public Builder capacity(int capacity) {
            this.capacity = StreamRules.between("capacity", capacity, 1, 100_000_000);
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
         * The most dead letters of a group; 100,000 by default. What would be one more stays pending and is delivered
         * again from time to time.
         *
         * @throws IllegalArgumentException if it is not 1 to 10,000,000
         */
        public Builder maxDeadLetters(int maxDeadLetters) {
            this.maxDeadLetters = StreamRules.between("maxDeadLetters", maxDeadLetters, 1, 10_000_000);
            return this;
        }

        /**
         * How many events a subscription fetches ahead of its handlers at most; 100 by default.
         *
         * @throws IllegalArgumentException if it is not 1 to 500
         */
        public Builder batch(int batch) {
            this.batch = StreamRules.between("batch", batch, 1, 500);
            return this;
        }

        /**
         * After how long without a word of its consumer an event goes to another; 30 s by default. It should be longer
         * than any pause of a process.
         *
         * @throws IllegalArgumentException if it is not 100 ms to 1 h
         */
        public Builder reclaimAfter(Duration reclaimAfter) {
            this.reclaimAfter =
                    StreamRules.between("reclaimAfter", reclaimAfter, Duration.ofMillis(100), Duration.ofHours(1));
            return this;
        }

        /**
         * For how long finished events are kept, for groups that come later and for {@link RedisEventStream#rewind}; 10 min by default.
         *
         * @throws IllegalArgumentException if it is negative or more than a year
         */
        public Builder retainFor(Duration retainFor) {
            this.retainFor = StreamRules.notNegative("retainFor", retainFor);
            return this;
        }

        /**
         * What is told when a group falls behind: its oldest event that is neither handled nor given up has been in the
         * stream for that long. Told once, and again after it has caught up, on each node that has the stream open.
         *
         * @param after 5 min by default; looked at about once a second
         * @param listener called on a thread of the stream
         * @throws IllegalArgumentException if the time is not 1 ms to a year
         */
        public Builder onBacklog(Duration after, Consumer<Backlog> listener) {
            this.backlogAfter = StreamRules.between("after", after, Duration.ofMillis(1), Duration.ofDays(365));
            this.onBacklog = requireNonNull(listener, "listener");
            return this;
        }

        /**
         * By what waits between deliveries and renewals are measured; that of the {@link Redis} by default. Another one is
         * looked at every few milliseconds.
         */
        public Builder ticker(Ticker ticker) {
            this.ticker = requireNonNull(ticker, "ticker");
            return this;
        }

        /** Begins to listen, and returns at once: Redis may be away. */
        public RedisEventStream build() {
            return new RedisEventStream(this);
        }
    }
}
