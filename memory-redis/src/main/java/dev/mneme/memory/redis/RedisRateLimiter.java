package dev.mneme.memory.redis;

import static dev.mneme.memory.redis.Script.ascii;
import static java.util.Objects.requireNonNull;

import dev.mneme.KeyPath;
import dev.mneme.Ticker;
import dev.mneme.memory.coordination.UnreachableException;
import dev.mneme.resilience.limit.Decision;
import dev.mneme.resilience.limit.LimitRule;
import dev.mneme.resilience.limit.LimiterStats;
import dev.mneme.resilience.limit.RateLimiter;
import dev.mneme.resilience.limit.SlidingWindowLimiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A {@link RateLimiter} that all nodes share, exact over all of them: a decision is one script, one call to Redis, by the
 * clock of Redis alone. No span of a window's length ever holds more allowed calls than the limit, while Redis keeps what
 * it was told and its clock is not set.
 *
 * <pre>{@code
 * RateLimiter limiter = RedisRateLimiter.on(redis, LimitRule.perUser());
 * }</pre>
 *
 * <p><b>While Redis is away</b>, or does not answer within the {@linkplain Builder#within bound}, a limiter of this process
 * decides by the same rules, and its decisions are {@linkplain Decision#degraded() degraded}: each node then allows up to
 * the limit by itself, and knows nothing of what was allowed before. A call whose answer came too late may count in Redis
 * as well. What Redis lost by a restart or a failover is not counted any more.
 *
 * <p><b>In Redis</b> a key has one sorted set for each rule, of the calls it allowed within the window, which expires a
 * second after the window of the last: {@code mneme:{ns:limit:name:key}:rule}. Some 60 to 100 bytes for each call.
 *
 * <p>Decisions block the calling thread, which must not be one of an event loop.
 */
public final class RedisRateLimiter implements RateLimiter {

    private static final long NANOS_PER_MICRO = 1_000;

    private final Shared shared;
    private final List<LimitRule> rules;
    private final SlidingWindowLimiter local;

    private RedisRateLimiter(Shared shared, List<LimitRule> rules, SlidingWindowLimiter local) {
        this.shared = shared;
        this.rules = rules;
        this.local = local;
    }

    /** What all narrowed forms have in common. */
    private static final class Shared {
        final Redis redis;
        final String prefix;
        final List<LimitRule> rules;
        final Duration within;
        final @Nullable LongSupplier micros;
        final String node = Tokens.next();
        final AtomicLong calls = new AtomicLong();
        final LongAdder allowed = new LongAdder();
        final LongAdder refused = new LongAdder();
        final LongAdder degraded = new LongAdder();

        Shared(Builder builder) {
            this.redis = builder.redis;
            this.prefix = "mneme:{" + KeyPath.join(builder.namespace, "limit", builder.name) + ':';
            this.rules = List.copyOf(builder.rules);
            this.within = builder.within;
            this.micros = builder.micros;
        }
    }

    /** A limiter with defaults, of the first rule unless it is narrowed to others. */
    public static RedisRateLimiter on(Redis redis, LimitRule rule, LimitRule... more) {
        Builder builder = builder(redis, rule);
        for (LimitRule other : more) {
            builder.rule(other);
        }
        return builder.build();
    }

    public static Builder builder(Redis redis, LimitRule rule) {
        return new Builder(redis, rule);
    }

    @Override
    public Decision tryAcquire(String key) {
        if (key.isEmpty() || key.length() > MAX_KEY_LENGTH) {
            throw new IllegalArgumentException(
                    "a key must have 1 to " + MAX_KEY_LENGTH + " characters, had " + key.length());
        }
        Decision decision = decide(key);
        (decision.allowed() ? shared.allowed : shared.refused).increment();
        if (decision.degraded()) {
            shared.degraded.increment();
        }
        return decision;
    }

    private Decision decide(String key) {
        try {
            return shared(key);
        } catch (UnreachableException e) {
            return local.tryAcquire(key).asDegraded();
        }
    }

    private Decision shared(String key) {
        String slot = shared.prefix + KeyPath.encode(key) + "}:";
        String[] keys = new String[rules.size()];
        byte[][] arguments = new byte[2 + 2 * keys.length][];
        arguments[0] = ascii(shared.node + Long.toString(shared.calls.incrementAndGet(), 36));
        arguments[1] = ascii(shared.micros == null ? "" : Long.toString(shared.micros.getAsLong()));
        for (int i = 0; i < keys.length; i++) {
            LimitRule rule = rules.get(i);
            keys[i] = slot + rule.name();
            arguments[2 + 2 * i] = ascii(Integer.toString(rule.limit()));
            arguments[3 + 2 * i] = ascii(Long.toString(micros(rule.window())));
        }
        List<Object> answer = Answers.awaitOrGiveUp(
                shared.redis, shared.within, commands -> Script.LIMIT.run(commands, keys, arguments));
        long number = (Long) answer.get(1);
        return (Long) answer.get(0) == 1
                ? Decision.allowed(Math.max(0, number))
                : Decision.refused(Duration.ofNanos(number * NANOS_PER_MICRO));
    }

    /** Rounded up: a window that is counted too long allows no call too many. */
    private static long micros(Duration window) {
        return (window.toNanos() + NANOS_PER_MICRO - 1) / NANOS_PER_MICRO;
    }

    @Override
    public RedisRateLimiter by(String rule, String... together) {
        SlidingWindowLimiter narrowed = local.by(rule, together);
        var named = new ArrayList<LimitRule>();
        named.add(rule(rule));
        for (String other : together) {
            named.add(rule(other));
        }
        return new RedisRateLimiter(shared, List.copyOf(named), narrowed);
    }

    private LimitRule rule(String name) {
        return shared.rules.stream()
                .filter(rule -> rule.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** As of this node alone; the keys are those it counted by itself while Redis was away. */
    @Override
    public LimiterStats stats() {
        return new LimiterStats(
                shared.allowed.sum(),
                shared.refused.sum(),
                shared.degraded.sum(),
                local.stats().keys());
    }

    /** How a limiter is set up; all nodes set up the same. Not for use by several threads. */
    public static final class Builder {

        private final Redis redis;
        private final SlidingWindowLimiter.Builder local;
        private final List<LimitRule> rules = new ArrayList<>();
        private String namespace = "default";
        private String name = "limiter";
        private Duration within = Duration.ofMillis(250);
        private @Nullable LongSupplier micros;

        private Builder(Redis redis, LimitRule rule) {
            this.redis = requireNonNull(redis, "redis");
            this.local = SlidingWindowLimiter.builder(rule);
            rules.add(rule);
        }

        /**
         * Adds a rule for {@link RateLimiter#by(String, String...)}.
         *
         * @throws IllegalArgumentException if there is one of that name, or there are 16 already
         */
        public Builder rule(LimitRule rule) {
            local.rule(rule);
            rules.add(rule);
            return this;
        }

        /**
         * What keeps hosts on one Redis apart, as that of the memory; {@code default} by default.
         *
         * @throws IllegalArgumentException if it is not 1 to 64 characters, or blank
         */
        public Builder namespace(String namespace) {
            this.namespace = named("a namespace", namespace);
            return this;
        }

        /**
         * What keeps limiters of one host apart: those of one name share their counts. {@code limiter} by default.
         *
         * @throws IllegalArgumentException if it is not 1 to 64 characters, or blank
         */
        public Builder name(String name) {
            this.name = named("a limiter's name", name);
            return this;
        }

        /**
         * After how long without an answer this process decides by itself; 250 ms by default.
         *
         * @throws IllegalArgumentException if it is not 1 ms to 1 min
         */
        public Builder within(Duration within) {
            if (within.toMillis() < 1 || within.compareTo(Duration.ofMinutes(1)) > 0) {
                throw new IllegalArgumentException("within must be 1 ms to 1 min, was " + within);
            }
            this.within = within;
            return this;
        }

        /** The most keys counted in this process while Redis is away; as {@link SlidingWindowLimiter.Builder#maxKeys}. */
        public Builder maxKeys(int maxKeys) {
            local.maxKeys(maxKeys);
            return this;
        }

        /** The time of the decisions made while Redis is away, {@link Ticker#system()} unless set. */
        public Builder ticker(Ticker ticker) {
            local.ticker(ticker);
            return this;
        }

        /** A time in microseconds in place of the server's, which a test cannot move. */
        Builder micros(LongSupplier micros) {
            this.micros = micros;
            return this;
        }

        public RedisRateLimiter build() {
            var shared = new Shared(this);
            return new RedisRateLimiter(shared, List.of(rules.get(0)), local.build());
        }

        private static String named(String what, String name) {
            if (name.isBlank() || name.length() > 64) {
                throw new IllegalArgumentException(
                        what + " must have 1 to 64 characters and not be blank, had " + name.length());
            }
            return name;
        }
    }
}
