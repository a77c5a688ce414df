package dev.mneme.memory.redis;

import static dev.mneme.memory.redis.Script.ascii;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNullElse;

import dev.mneme.ErasureReceipt;
import dev.mneme.Tenant;
import dev.mneme.memory.cache.Ack;
import dev.mneme.memory.cache.CacheEvent;
import dev.mneme.memory.cache.ValueCodec;
import dev.mneme.memory.cache.spi.Coherence;
import dev.mneme.memory.cache.spi.Dropped;
import dev.mneme.memory.cache.spi.FarKey;
import dev.mneme.memory.cache.spi.FarLevel;
import dev.mneme.memory.cache.spi.FarLevelException;
import dev.mneme.memory.cache.spi.FarRead;
import dev.mneme.memory.cache.spi.LeaseAnswer;
import dev.mneme.memory.cache.spi.LeaseMode;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The far level of caches, in Redis. All far levels of one namespace, wherever they run, are one.
 *
 * <p>Stages complete on the client's threads.
 */
final class RedisFarLevel implements FarLevel {

    private static final byte[] NOTHING = new byte[0];
    private static final long LAST_TRY_MILLIS = 1_000;

    private final Redis redis;
    private final Keys keys;
    private final RedisClock clock;
    private final RedisReads reads;
    private final InvalidationQueue queue;
    private final Invalidations invalidations;
    private final InvalidationBus bus;
    private final Erasure erasure;
    private final JacksonCodecs codecs;
    private final Consumer<Boolean> changes = this::changed;
    private final AtomicBoolean toldAway = new AtomicBoolean();

    RedisFarLevel(Redis redis, String namespace, Coherence coherence, JacksonCodecs codecs) {
        this(redis, namespace, coherence, codecs, InvalidationQueue.CAPACITY);
    }

    RedisFarLevel(Redis redis, String namespace, Coherence coherence, JacksonCodecs codecs, int queueCapacity) {
        this.redis = redis;
        this.codecs = codecs;
        this.keys = new Keys(namespace);
        this.clock = new RedisClock(coherence.ticker());
        this.queue = new InvalidationQueue(queueCapacity, this::overflowed);
        this.reads = new RedisReads(redis, keys, clock, queue);
        this.invalidations =
                new Invalidations(redis, keys, queue, new RecentInvalidations(coherence.ticker(), queueCapacity));
        this.bus = new InvalidationBus(redis, keys, coherence, clock, this::replaced);
        this.erasure = new Erasure(redis, keys, invalidations, coherence.bound());
    }

    /** Begins to listen. */
    RedisFarLevel start() {
        redis.onChange(changes);
        bus.start();
        return this;
    }

    @Override
    public CompletionStage<List<FarRead>> read(List<FarKey> wanted) {
        return reads.read(wanted);
    }

    @Override
    public CompletionStage<LeaseAnswer> lease(
            FarKey key, LeaseMode mode, Duration leaseFor, @Nullable String unreadable) {
        int bucket = key.bucket();
        if (queue.covers(key, bucket)) {
            return CompletableFuture.completedFuture(new LeaseAnswer.Bypassed());
        }
        String token = Tokens.next();
        long sentNanos = clock.nanos();
        CompletionStage<List<Object>> asked = redis.gate()
                .call(
                        RedisGate.Urgency.IMPATIENT,
                        commands -> Script.LEASE.run(
                                commands,
                                entryAndScopes(key, bucket),
                                ascii(mode(mode)),
                                ascii(token),
                                ascii(Long.toString(leaseFor.toMillis())),
                                ascii(requireNonNullElse(unreadable, ""))));
        return truly(asked, answer -> leaseAnswer(answer, key, bucket, token, sentNanos));
    }

    private LeaseAnswer leaseAnswer(List<Object> answer, FarKey key, int bucket, String token, long sentNanos) {
        clock.told(bucket, sentNanos, (Long) answer.get(1));
        byte[] what = (byte[]) answer.get(2);
        return switch (text((byte[]) answer.get(0))) {
            case "granted" -> new LeaseAnswer.Granted(token);
            case "held" -> new LeaseAnswer.Held(Duration.ofMillis(Math.max(0, Long.parseLong(text(what)))));
            default ->
                found(
                        Frames.read(Bulk.of(ByteBuffer.wrap(what)), key.scopes().size() + 1, (Long) answer.get(1)),
                        sentNanos);
        };
    }

    private LeaseAnswer found(FarRead read, long sentNanos) {
        if (!(read instanceof FarRead.Hit hit)) {
            throw new FarLevelException("Redis gave a value that this version cannot read", null);
        }
        Duration left = hit.freshFor().minusNanos(clock.nanos() - sentNanos);
        return new LeaseAnswer.Found(
                new FarRead.Hit(hit.frame(), hit.payload(), hit.age(), left.isNegative() ? Duration.ZERO : left));
    }

    @Override
    public CompletionStage<Boolean> fill(
            FarKey key, String token, byte @Nullable [] payload, Duration ttl, Duration staleFor) {
        int bucket = key.bucket();
        CompletionStage<Long> asked = redis.gate()
                .call(
                        RedisGate.Urgency.PATIENT,
                        commands -> Script.FILL.run(
                                commands,
                                entryAndScopes(key, bucket),
                                ascii(token),
                                ascii(payload == null ? "a" : "v"),
                                payload == null ? NOTHING : payload,
                                ascii(Long.toString(ttl.toMillis())),
                                ascii(Long.toString(staleFor.toMillis()))));
        return truly(asked, stored -> stored == 1);
    }

    @Override
    public CompletionStage<Void> release(FarKey key, String token) {
        String lease = keys.lease(key, key.bucket());
        return redis.gate()
                .call(
                        RedisGate.Urgency.PATIENT,
                        commands -> Script.RELEASE.<Long>run(commands, new String[] {lease}, ascii(token)))
                .handle((released, failure) -> null);
    }

    @Override
    public CompletionStage<Ack> invalidate(List<FarKey> dropped, boolean replicated) {
        return invalidations.invalidate(dropped.stream().map(Target::of).toList(), replicated);
    }

    @Override
    public CompletionStage<Ack> invalidateScope(Dropped scope, int schema, boolean replicated) {
        // the versions of scopes know no schema: all values under one go, whatever theirs
        return invalidations.invalidate(List.of(Target.of(scope)), replicated);
    }

    @Override
    public ErasureReceipt erase(Tenant tenant) {
        return erasure.erase(tenant);
    }

    @Override
    public <V> ValueCodec<V> codec(Type type) {
        return codecs.codec(type);
    }

    @Override
    public State state() {
        return new State(redis.gate().isOpen(), queue.size(), redis.trouble());
    }

    RedisClock clock() {
        return clock;
    }

    InvalidationBus bus() {
        return bus;
    }

    @Override
    public void close() {
        redis.forget(changes);
        invalidations.close(LAST_TRY_MILLIS);
        bus.close();
    }

    private String[] entryAndScopes(FarKey key, int bucket) {
        String[] all = new String[key.scopes().size() + 3];
        all[0] = keys.value(key, bucket);
        all[1] = keys.lease(key, bucket);
        all[2] = keys.root(key.cache(), bucket);
        for (int i = 0; i < key.scopes().size(); i++) {
            all[i + 3] = keys.scope(key.cache(), key.scopes().get(i), bucket);
        }
        return all;
    }

    private static String mode(LeaseMode mode) {
        return switch (mode) {
            case IF_MISSING -> "M";
            case IF_FREE -> "F";
            case ALWAYS -> "A";
        };
    }

    private static String text(byte[] ascii) {
        return new String(ascii, ISO_8859_1);
    }

    /** The answer, or why there is none in words of the far level. */
    private static <T, R> CompletionStage<R> truly(CompletionStage<T> asked, Function<T, R> answer) {
        var truly = new CompletableFuture<R>();
        asked.whenComplete((told, failure) -> {
            if (failure != null) {
                truly.completeExceptionally(FarFailures.of(failure));
                return;
            }
            try {
                truly.complete(answer.apply(told));
            } catch (RuntimeException e) {
                truly.completeExceptionally(FarFailures.of(e));
            }
        });
        return truly;
    }

    private void changed(boolean reachable) {
        if (reachable) {
            invalidations.replay();
            if (toldAway.getAndSet(false)) {
                bus.tell(new CacheEvent.Reconnected());
            }
        } else {
            long now = clock.nanos();
            for (int bucket = 0; bucket < FarKey.BUCKETS; bucket++) {
                clock.forget(bucket, now);
            }
            toldAway.set(true);
            bus.tell(new CacheEvent.Disconnected());
        }
    }

    private void replaced(BitSet buckets) {
        int again = invalidations.resend(buckets::get);
        if (again > 0) {
            bus.tell(new CacheEvent.Resent(again));
        }
    }

    private void overflowed(String cache) {
        bus.tell(new CacheEvent.QueueOverflowed(cache));
    }
}
