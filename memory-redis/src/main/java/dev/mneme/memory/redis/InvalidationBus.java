package dev.mneme.memory.redis;

import static dev.mneme.memory.redis.Script.ascii;

import dev.mneme.memory.cache.CacheEvent;
import dev.mneme.memory.cache.spi.Coherence;
import dev.mneme.memory.cache.spi.FarKey;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears what other nodes invalidated, asks twice a second for the versions of all buckets, and tells both to
 * {@link Coherence}, on one thread of its own and in the order in which they came.
 *
 * <p>It has a connection to itself. With one server the versions are asked for on the same connection on which messages
 * come, so that a version never arrives before the message that says what it took away. In a cluster messages and
 * versions come from different servers; a version that comes first costs a bucket its near entries.
 *
 * <p>At most {@value #INBOX} messages and heartbeats wait for the thread; of more the newest are dropped, and the next
 * heartbeat that is heard finds out.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails here is found out by the next heartbeat
final class InvalidationBus {

    private static final Logger log = LoggerFactory.getLogger(InvalidationBus.class);
    private static final int INBOX = 10_000;
    private static final Duration BEAT_EVERY = Duration.ofMillis(500);
    /** After so long without the answer to a heartbeat the connection is made anew. */
    private static final Duration DEAF_AFTER = Duration.ofSeconds(2);

    /** What a heartbeat says beside versions. */
    interface Listener {

        /** The servers of these buckets are other processes than at the last heartbeat. */
        void replaced(BitSet buckets);
    }

    private final Redis redis;
    private final Keys keys;
    private final Coherence coherence;
    private final RedisClock clock;
    private final Listener listener;
    private final Heartbeats heartbeats;
    private final RedisLink<StatefulRedisPubSubConnection<String, byte[]>> link;
    private final BlockingQueue<Object> inbox = new LinkedBlockingQueue<>(INBOX);
    private final Thread thread;
    private final AtomicLong beatsSent = new AtomicLong();
    private final LongAdder messages = new LongAdder();
    private final LongAdder overflowed = new LongAdder();
    private @Nullable ScheduledFuture<?> beating;
    private volatile boolean closed;
    /** The ticker's reading when the heartbeat was sent that is not answered yet; null if none. */
    private volatile @Nullable Long unansweredNanos;

    /** Of the bus thread alone: the process that held each bucket; empty while not known. */
    private final String[] runIds = new String[FarKey.BUCKETS];

    InvalidationBus(Redis redis, Keys keys, Coherence coherence, RedisClock clock, Listener listener) {
        this.redis = redis;
        this.keys = keys;
        this.coherence = coherence;
        this.clock = clock;
        this.listener = listener;
        this.heartbeats = new Heartbeats(keys);
        this.link = redis.pubSub(this::subscribe, new BusWatcher());
        Arrays.fill(runIds, "");
        this.thread = new Thread(this::run, "mneme-cache-bus");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
        link.open();
        beating = redis.timer()
                .scheduleWithFixedDelay(this::beat, BEAT_EVERY.toNanos(), BEAT_EVERY.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Tells an event on the bus thread. */
    void tell(CacheEvent event) {
        put(event);
    }

    boolean isUp() {
        return link.connection() != null;
    }

    long messages() {
        return messages.sum();
    }

    long overflowed() {
        return overflowed.sum();
    }

    void close() {
        closed = true;
        if (beating != null) {
            beating.cancel(false);
        }
        link.close();
        thread.interrupt();
        try {
            if (Thread.currentThread() != thread) {
                thread.join(1_000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- the connection

    private CompletionStage<?> subscribe(StatefulRedisPubSubConnection<String, byte[]> made) {
        made.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, byte[] message) {
                put(message);
            }
        });
        return made.async().subscribe(keys.channel());
    }

    private final class BusWatcher implements RedisLink.Watcher<StatefulRedisPubSubConnection<String, byte[]>> {

        @Override
        public void up(StatefulRedisPubSubConnection<String, byte[]> connection) {
            unansweredNanos = null;
            beat();
        }

        @Override
        public void down() {
            log.info("the bus of {} is cut off", redis);
        }

        @Override
        public void failed(Throwable failure) {
            log.debug("the bus of {} is not connected: {}", redis, Trouble.line(failure));
        }
    }

    private void put(Object told) {
        if (!inbox.offer(told)) {
            overflowed.increment();
        }
    }

    // ---- heartbeats

    /** Asks for all versions now, unless an answer is outstanding. */
    void beat() {
        StatefulRedisPubSubConnection<String, byte[]> connection = link.connection();
        if (connection == null || closed) {
            return;
        }
        long now = clock.nanos();
        Long unanswered = unansweredNanos;
        if (unanswered != null) {
            if (now - unanswered > DEAF_AFTER.toNanos()) {
                unansweredNanos = null;
                link.drop(connection);
            }
            return;
        }
        unansweredNanos = now;
        beatsSent.incrementAndGet();
        ask(connection, now).whenComplete((heartbeat, failure) -> {
            if (failure == null) {
                put(heartbeat);
            }
            if (Long.valueOf(now).equals(unansweredNanos)) {
                unansweredNanos = null;
            }
        });
    }

    private CompletionStage<Heartbeat> ask(StatefulRedisPubSubConnection<String, byte[]> connection, long sentNanos) {
        if (!redis.servers().isCluster()) {
            return heartbeats.ask(connection.async(), sentNanos);
        }
        StatefulConnection<String, byte[]> data = redis.connection();
        if (data instanceof StatefulRedisClusterConnection<?, ?> cluster) {
            return heartbeats.ask(typed(cluster), sentNanos);
        }
        return CompletableFuture.failedFuture(new Trouble.Unusable("the Redis cluster is not connected"));
    }

    @SuppressWarnings("unchecked")
    private static StatefulRedisClusterConnection<String, byte[]> typed(StatefulRedisClusterConnection<?, ?> cluster) {
        return (StatefulRedisClusterConnection<String, byte[]>) cluster;
    }

    // ---- the bus thread

    private void run() {
        while (!closed) {
            try {
                take(inbox.take());
            } catch (InterruptedException e) {
                // closed, or somebody's mistake: the loop's condition knows
            } catch (RuntimeException e) {
                log.warn(
                        "the bus of {} passed over what it could not tell: {}",
                        redis,
                        e.getClass().getName());
            }
        }
    }

    private void take(Object told) {
        if (told instanceof byte[] bytes) {
            messages.increment();
            BusMessage message = BusMessage.parse(bytes);
            if (message != null) {
                coherence.message(message.bucket(), message.predecessor(), message.version(), message.dropped());
            }
        } else if (told instanceof CacheEvent event) {
            coherence.event(event);
        } else if (told instanceof Heartbeat heartbeat) {
            take(heartbeat);
        }
    }

    private void take(Heartbeat heartbeat) {
        var replaced = new BitSet();
        boolean missing = false;
        for (int bucket = 0; bucket < FarKey.BUCKETS; bucket++) {
            missing |= heartbeat.versions[bucket] == null;
            String runId = heartbeat.runIds[bucket];
            if (!runId.isEmpty() && !runId.equals(runIds[bucket])) {
                if (!runIds[bucket].isEmpty()) {
                    replaced.set(bucket);
                }
                runIds[bucket] = runId;
                clock.forget(bucket, heartbeat.sentNanos);
            }
            if (heartbeat.millis[bucket] >= 0) {
                clock.told(bucket, heartbeat.sentNanos, heartbeat.millis[bucket]);
            }
        }
        if (!replaced.isEmpty()) {
            listener.replaced(replaced);
        }
        coherence.heartbeat(heartbeat.sentNanos, heartbeat.versions());
        if (missing) {
            createMissing(heartbeat);
        }
    }

    private void createMissing(Heartbeat heartbeat) {
        StatefulRedisPubSubConnection<String, byte[]> connection = link.connection();
        RedisClusterAsyncCommands<String, byte[]> commands =
                redis.servers().isCluster() || connection == null ? redis.gate().commands() : connection.async();
        if (commands == null) {
            return;
        }
        CompletableFuture<?>[] made = IntStream.range(0, FarKey.BUCKETS)
                .filter(bucket -> heartbeat.versions[bucket] == null)
                .mapToObj(bucket -> Script.VERSION
                        .run(commands, new String[] {keys.version(bucket)}, ascii(Tokens.next()))
                        .toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(made).thenRun(this::beat);
    }
}
