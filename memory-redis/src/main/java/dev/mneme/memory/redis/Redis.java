package dev.mneme.memory.redis;

import dev.mneme.HealthCheck;
import dev.mneme.Ticker;
import dev.mneme.memory.redis.internal.RedisCalls;
import dev.mneme.resilience.BreakerTransition;
import dev.mneme.resilience.CallRefusedException;
import dev.mneme.resilience.CircuitBreaker;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisReadOnlyException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to a Redis: one server, one that Sentinels name, or a cluster; version 6.2 or newer.
 *
 * <pre>{@code
 * Redis redis = Redis.connect("redis://cache:6379");                     // may be down now
 * Redis redis = Redis.connect("redis-sentinel://s1,s2,s3#mymaster");
 * Redis redis = Redis.connect("redis://n1", "redis://n2", "redis://n3"); // several: a cluster
 * }</pre>
 *
 * <p>It is made at once, connects in the background, and keeps on trying whenever the server is away; until it is back
 * every call is refused without waiting. All that is built on one {@code Redis} shares one connection for its calls and
 * one judgement of whether the server is there. A call that was sent is never sent a second time by itself. Replicas are
 * never read from.
 *
 * <p>Safe for use by many threads; make one for a server and close it last.
 */
@SuppressWarnings("FutureReturnValueIgnored") // failures are told to the gate, which tells of them
public final class Redis implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Redis.class);
    private static final Duration PING_EVERY = Duration.ofSeconds(30);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);
    private static final Duration REFUSAL_SHOWN_FOR = Duration.ofMinutes(1);
    /** A cluster's connection finds lost nodes by itself; when it does not, all is connected anew. */
    private static final int PROBES_BEFORE_DROP = 4;

    static {
        RedisCalls.Door.set(GatedCalls::new);
    }

    private record Refusal(String line, long nanos) {}

    private final String where;
    private final boolean tls;
    private final Duration timeout;
    private final Ticker ticker;
    private final RedisServers servers;
    private final RedisGate gate;
    private final ScheduledThreadPoolExecutor timer;
    private final RedisLink<StatefulConnection<String, byte[]>> link;
    private final List<Consumer<Boolean>> listeners = new CopyOnWriteArrayList<>();
    private final AtomicInteger failedProbes = new AtomicInteger();
    /** Whether a probe is due. */
    private final AtomicBoolean probing = new AtomicBoolean();

    private volatile String trouble = "";
    private volatile @Nullable Refusal refusal;
    private volatile @Nullable CompletableFuture<StatefulConnection<String, byte[]>> replicated;
    private volatile boolean closed;

    private Redis(Builder builder, List<RedisURI> uris) {
        this.where = where(uris);
        this.tls = uris.stream().anyMatch(RedisURI::isSsl);
        this.timeout = builder.timeout;
        this.ticker = builder.ticker;
        this.servers = new RedisServers(
                uris,
                builder.cluster || uris.size() > 1,
                builder.connectTimeout,
                builder.timeout,
                2 * RedisGate.MAX_IN_FLIGHT);
        this.gate = new RedisGate(ticker, builder.patience);
        this.timer = new ScheduledThreadPoolExecutor(2, task -> {
            var thread = new Thread(task, "mneme-redis");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        this.link = new RedisLink<>(
                servers::connect,
                this::greet,
                servers.isCluster(),
                new DataWatcher(),
                timer,
                builder.connectTimeout.plus(builder.timeout));
    }

    private void start() {
        gate.breaker().onTransition(this::changed);
        gate.onFailure(this::failed);
        timer.scheduleWithFixedDelay(this::ping, PING_EVERY.toNanos(), PING_EVERY.toNanos(), TimeUnit.NANOSECONDS);
        link.open();
    }

    /**
     * Connects with defaults, in the background.
     *
     * @param uris {@code redis://}, {@code rediss://} (TLS) or {@code redis-sentinel://…#name}; several are nodes of one
     *     cluster
     * @throws IllegalArgumentException if one is malformed; the message does not repeat it
     */
    public static Redis connect(String... uris) {
        return builder(uris).build();
    }

    /** A {@link Redis} to be set up; the URIs as in {@link #connect}. */
    public static Builder builder(String... uris) {
        return new Builder(List.of(uris));
    }

    /** Whether calls are let through now. */
    public boolean isReachable() {
        return gate.isOpen();
    }

    /** A check named {@code redis}: asks nobody, tells what is known. */
    public HealthCheck health() {
        return HealthCheck.of("redis", () -> {
            String line = trouble();
            HealthCheck.Result result;
            if (!gate.isOpen()) {
                result = HealthCheck.Result.unhealthy(line.isEmpty() ? "Redis is away" : line);
            } else {
                result = line.isEmpty() ? HealthCheck.Result.healthy() : HealthCheck.Result.degraded(line);
            }
            return result.with("calls_in_flight", gate.inFlight()).with("calls_refused", gate.refused());
        });
    }

    /** Lets go of all connections; takes a few seconds at most. Whatever is asked from now on is refused. */
    @Override
    public void close() {
        closed = true;
        gate.disconnected();
        timer.shutdownNow();
        link.retire();
        servers.close(CLOSE_WITHIN);
    }

    @Override
    public String toString() {
        return "Redis at " + where;
    }

    // ---- for what is built on it

    RedisGate gate() {
        return gate;
    }

    RedisServers servers() {
        return servers;
    }

    ScheduledExecutorService timer() {
        return timer;
    }

    Ticker ticker() {
        return ticker;
    }

    Duration timeout() {
        return timeout;
    }

    /** What is wrong, in one line without secrets; empty if nothing is known to be. */
    String trouble() {
        Refusal last = refusal;
        if (trouble.isEmpty() && last != null && ticker.nanos() - last.nanos < REFUSAL_SHOWN_FOR.toNanos()) {
            return last.line;
        }
        return trouble;
    }

    /** Tells whether calls are let through, whenever that changes; must be quick. */
    void onChange(Consumer<Boolean> listener) {
        listeners.add(listener);
    }

    void forget(Consumer<Boolean> listener) {
        listeners.remove(listener);
    }

    /** The connection for calls; null while there is none. */
    @Nullable
    StatefulConnection<String, byte[]> connection() {
        return link.connection();
    }

    /** A connection of its own that is kept up, for messages. */
    RedisLink<StatefulRedisPubSubConnection<String, byte[]>> pubSub(
            Function<StatefulRedisPubSubConnection<String, byte[]>, CompletionStage<?>> greeting,
            RedisLink.Watcher<StatefulRedisPubSubConnection<String, byte[]>> watcher) {
        return new RedisLink<>(servers::connectPubSub, greeting, false, watcher, timer, timeout.multipliedBy(2));
    }

    /** The connection on which answers of replicas are awaited, so that nobody else waits with it. */
    CompletionStage<StatefulConnection<String, byte[]>> replicated() {
        CompletableFuture<StatefulConnection<String, byte[]>> present = replicated;
        if (present != null && (!present.isDone() || isOpen(present))) {
            return present;
        }
        // two threads may make two: the one not kept serves its one call and is closed with the client
        CompletableFuture<StatefulConnection<String, byte[]>> made =
                servers.connect().toCompletableFuture();
        replicated = made;
        return made;
    }

    private static boolean isOpen(CompletableFuture<StatefulConnection<String, byte[]>> made) {
        return !made.isCompletedExceptionally() && made.join().isOpen();
    }

    // ---- being there and not

    private CompletionStage<?> greet(StatefulConnection<String, byte[]> made) {
        RedisClusterAsyncCommands<String, byte[]> commands = RedisServers.commands(made);
        return commands.info("server")
                .handle((info, failure) -> ServerInfo.of(failure == null ? info : ""))
                .thenAccept(ServerInfo::check)
                .thenCompose(checked -> commands.eval("return 1", ScriptOutputType.INTEGER))
                .thenCompose(answer -> commands.ping());
    }

    private final class DataWatcher implements RedisLink.Watcher<StatefulConnection<String, byte[]>> {

        @Override
        public void up(StatefulConnection<String, byte[]> made) {
            failedProbes.set(0);
            gate.connected(RedisServers.commands(made));
            probeIn(Duration.ZERO);
        }

        @Override
        public void down() {
            gate.disconnected();
            trouble("the connection to Redis was lost");
        }

        @Override
        public void failed(Throwable failure) {
            String line = Trouble.line(failure);
            trouble(tls && line.equals(Trouble.NO_ANSWER) ? line + ": look whether its port speaks TLS" : line);
        }
    }

    /** Asks whether the server is back, and again until it is or the connection is gone. */
    private void probe() {
        RedisClusterAsyncCommands<String, byte[]> commands = gate.commands();
        if (commands == null || closed || gate.breaker().state() == CircuitBreaker.State.CLOSED) {
            return;
        }
        try {
            gate.breaker().call(() -> commands.ping().get(timeout.toMillis() + 1_000, TimeUnit.MILLISECONDS));
            failedProbes.set(0);
        } catch (CallRefusedException e) {
            probeIn(e.retryAfter());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            trouble(Trouble.line(e));
            if (!servers.isCluster() || failedProbes.incrementAndGet() >= PROBES_BEFORE_DROP) {
                dropLink();
            }
            probeIn(Duration.ofMillis(50));
        }
    }

    private void probeIn(Duration delay) {
        if (probing.compareAndSet(false, true)) {
            later(delay.plusMillis(1), () -> {
                probing.set(false);
                probe();
            });
        }
    }

    private void ping() {
        gate.call(RedisGate.Urgency.PATIENT, RedisClusterAsyncCommands::ping);
    }

    private void failed(Throwable failure) {
        Throwable cause = Trouble.cause(failure);
        if (cause instanceof RedisCommandExecutionException && !Trouble.isAway(cause)) {
            refused(Trouble.line(cause));
            return;
        }
        trouble(Trouble.line(cause));
        boolean useless = cause instanceof RedisCommandTimeoutException || cause instanceof RedisReadOnlyException;
        if (useless && !servers.isCluster()) {
            dropLink();
        }
    }

    private void refused(String line) {
        Refusal last = refusal;
        long now = ticker.nanos();
        if (last == null || !last.line.equals(line) || now - last.nanos > REFUSAL_SHOWN_FOR.toNanos()) {
            refusal = new Refusal(line, now);
            log.warn("{} refuses calls: {}", this, line);
        }
    }

    private void dropLink() {
        StatefulConnection<String, byte[]> present = link.connection();
        if (present != null) {
            link.drop(present);
        }
    }

    private void changed(BreakerTransition transition) {
        if (transition.to() == CircuitBreaker.State.CLOSED) {
            trouble("");
            listeners.forEach(listener -> listener.accept(true));
        } else if (transition.from() == CircuitBreaker.State.CLOSED) {
            listeners.forEach(listener -> listener.accept(false));
            probeIn(transition.openFor());
        }
    }

    private void trouble(String line) {
        if (closed || line.equals(trouble)) {
            return;
        }
        trouble = line;
        if (line.isEmpty()) {
            log.info("{} is reachable", this);
        } else {
            log.warn("{} is away: {}", this, line);
        }
    }

    private void later(Duration delay, Runnable work) {
        try {
            timer.schedule(work, delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // closed: nothing is to come back
        }
    }

    private static String where(List<RedisURI> uris) {
        var names = new ArrayList<String>();
        for (RedisURI uri : uris) {
            if (uri.getSentinels().isEmpty()) {
                names.add(uri.getHost() + ':' + uri.getPort());
            }
            uri.getSentinels().forEach(sentinel -> names.add(sentinel.getHost() + ':' + sentinel.getPort()));
        }
        return String.join(",", names);
    }

    /** How to reach a Redis. Not for use by several threads. */
    public static final class Builder {

        /** The client itself takes what is no port for none, and the default for it. */
        private static final Pattern WELL_FORMED =
                Pattern.compile("rediss?://([^@/]*@)?(\\[[0-9a-fA-F:.]+]|[^]\\[:/@,?#]+)(:[0-9]{1,5})?([/?].*)?"
                        + "|rediss?-sentinel://[^#]+#.+");

        private final List<String> uris;
        private boolean cluster;
        private Duration connectTimeout = Duration.ofSeconds(5);
        private Duration timeout = Duration.ofSeconds(5);
        private Duration patience = Duration.ofMillis(25);
        private Ticker ticker = Ticker.system();

        private Builder(List<String> uris) {
            this.uris = uris;
        }

        /** The server is a node of a cluster; said by several URIs too. */
        public Builder cluster() {
            this.cluster = true;
            return this;
        }

        /** How long connecting may take; 5 s by default. */
        public Builder connectTimeout(Duration connectTimeout) {
            this.connectTimeout = positive("connectTimeout", connectTimeout);
            return this;
        }

        /** After how long without an answer a call has failed, and the server counts as away; 5 s by default. */
        public Builder timeout(Duration timeout) {
            this.timeout = positive("timeout", timeout);
            return this;
        }

        /**
         * For how long a server may answer nothing before calls that have an alternative, as reads of a cache have, are
         * refused until it answers again; 25 ms by default.
         */
        public Builder patience(Duration patience) {
            this.patience = positive("patience", patience);
            return this;
        }

        Builder ticker(Ticker ticker) {
            this.ticker = ticker;
            return this;
        }

        /**
         * Begins to connect and returns at once.
         *
         * @throws IllegalArgumentException if a URI is malformed, or several name Sentinels
         */
        public Redis build() {
            if (uris.isEmpty()) {
                throw new IllegalArgumentException("a Redis needs at least one URI, had none");
            }
            var parsed = new ArrayList<RedisURI>();
            for (int i = 0; i < uris.size(); i++) {
                parsed.add(parse(uris.get(i), i));
            }
            boolean sentinel =
                    parsed.stream().anyMatch(uri -> !uri.getSentinels().isEmpty());
            if (sentinel && (parsed.size() > 1 || cluster)) {
                throw new IllegalArgumentException("a redis-sentinel URI must stand alone, was one of several");
            }
            var redis = new Redis(this, parsed);
            redis.start();
            return redis;
        }

        private static RedisURI parse(String uri, int index) {
            String rule = "a Redis URI must be like redis://host:6379, rediss://host:6379 or"
                    + " redis-sentinel://host:26379#name, was something else at place " + index;
            if (!WELL_FORMED.matcher(uri).matches()) {
                throw new IllegalArgumentException(rule);
            }
            try {
                RedisURI parsed = RedisURI.create(uri);
                if (!parsed.getSentinels().isEmpty() && parsed.getSentinelMasterId() == null) {
                    throw new IllegalArgumentException(rule);
                }
                return parsed;
            } catch (RuntimeException e) {
                // without the cause: it repeats the URI, which may have a password
                throw new IllegalArgumentException(rule);
            }
        }

        private static Duration positive(String what, Duration time) {
            if (time.isZero() || time.isNegative() || time.compareTo(Duration.ofMinutes(10)) > 0) {
                throw new IllegalArgumentException(what + " must be more than zero and at most 10 min, was " + time);
            }
            return time;
        }
    }
}
