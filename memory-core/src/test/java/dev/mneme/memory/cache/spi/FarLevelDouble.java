package dev.mneme.memory.cache.spi;

import dev.mneme.ErasureReceipt;
import dev.mneme.Tenant;
import dev.mneme.Ticker;
import dev.mneme.memory.cache.Ack;
import dev.mneme.memory.cache.CacheEvent;
import dev.mneme.memory.cache.ValueCodec;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A far level in this process, for tests of what stands before it. Time is a ticker, heartbeats are sent when asked for,
 * and stages complete on the calling thread unless the server holds its answers.
 */
public final class FarLevelDouble implements FarLevel {

    /** The far level that several nodes share, and what can go wrong with it. */
    public static final class Server {

        private final Ticker ticker;
        private final ReentrantLock lock = new ReentrantLock();
        private final List<FarLevelDouble> nodes = new CopyOnWriteArrayList<>();
        private final Map<String, Frame> frames = new HashMap<>();
        private final Map<String, Lease> leases = new HashMap<>();
        private final Map<String, String> scopes = new HashMap<>();
        private final @Nullable String[] versions = new @Nullable String[FarKey.BUCKETS];
        private final Map<String, Integer> calls = new HashMap<>();
        private final List<Runnable> held = new ArrayList<>();
        private final List<Object> values = new ArrayList<>();
        private boolean away;
        private boolean holding;
        private boolean losing;

        public Server(Ticker ticker) {
            this.ticker = ticker;
            Arrays.setAll(versions, bucket -> fresh());
        }

        /** From now on every call fails at once. */
        public void goAway() {
            locked(() -> away = true);
        }

        /** Calls are answered again; what nodes have queued is sent before this returns. */
        public void comeBack() {
            locked(() -> away = false);
            nodes.forEach(FarLevelDouble::replay);
        }

        /** From now on calls are neither made nor answered until {@link #answer()}. */
        public void hold() {
            locked(() -> holding = true);
        }

        /** Makes and answers what was held, in order, and holds nothing more. */
        public void answer() {
            List<Runnable> late = locked(() -> {
                holding = false;
                var all = List.copyOf(held);
                held.clear();
                return all;
            });
            late.forEach(Runnable::run);
        }

        /** Whether messages between nodes are lost; what the sender is told is not. */
        public void loseMessages(boolean losing) {
            locked(() -> this.losing = losing);
        }

        /** Forgets all, as a server that starts empty. */
        public void forget() {
            locked(() -> {
                frames.clear();
                leases.clear();
                scopes.clear();
                Arrays.fill(versions, null);
                return null;
            });
        }

        /** How often a call of this name was made; one for many keys counts once. */
        public int calls(String name) {
            return locked(() -> calls.getOrDefault(name, 0));
        }

        private <T> CompletionStage<T> ask(String name, Supplier<T> answer) {
            var asked = new CompletableFuture<T>();
            boolean now = locked(() -> {
                calls.merge(name, 1, Integer::sum);
                if (holding) {
                    held.add(() -> answer(asked, answer));
                }
                return !holding;
            });
            if (now) {
                answer(asked, answer);
            }
            return asked;
        }

        private <T> void answer(CompletableFuture<T> asked, Supplier<T> answer) {
            T made = locked(() -> away ? null : answer.get());
            if (made == null) {
                asked.completeExceptionally(new FarLevelException("the far level is away", null));
            } else {
                asked.complete(made);
            }
        }

        private void publish(int bucket, Dropped dropped) {
            String before = versions[bucket];
            String after = fresh();
            versions[bucket] = after;
            if (!losing) {
                nodes.forEach(node -> node.coherence.message(bucket, before == null ? "" : before, after, dropped));
            }
        }

        private <T> T locked(Supplier<T> work) {
            lock.lock();
            try {
                return work.get();
            } finally {
                lock.unlock();
            }
        }
    }

    private record Frame(
            String token,
            byte @Nullable [] payload,
            long grantNanos,
            long freshUntilNanos,
            long keptUntilNanos,
            List<String> scopes) {}

    private record Lease(String token, long grantNanos, long endNanos, List<String> scopes) {}

    private record Queued(
            String id, List<FarKey> keys, @Nullable Dropped scope) {}

    private final Server server;
    private final Coherence coherence;
    /** Guarded by the server's lock, as all that follows. */
    private final Map<String, Queued> queue = new LinkedHashMap<>();

    public FarLevelDouble(Server server, Coherence coherence) {
        this.server = server;
        this.coherence = coherence;
        server.nodes.add(this);
    }

    /** Reads all versions and tells them, as a real far level does twice a second; nothing if the server is away. */
    public void heartbeat() {
        long sent = coherence.ticker().nanos();
        server.locked(() -> {
            if (!server.away && !server.holding) {
                coherence.heartbeat(sent, Arrays.asList(server.versions.clone()));
                Arrays.setAll(server.versions, b -> server.versions[b] == null ? fresh() : server.versions[b]);
            }
            return null;
        });
    }

    @Override
    public CompletionStage<List<FarRead>> read(List<FarKey> keys) {
        if (server.locked(() -> keys.stream().allMatch(this::isQueued))) {
            return CompletableFuture.completedFuture(
                    keys.stream().<FarRead>map(key -> new FarRead.Bypassed()).toList());
        }
        return server.ask("read", () -> keys.stream().map(this::found).toList());
    }

    private FarRead found(FarKey key) {
        long now = server.ticker.nanos();
        Frame frame = server.frames.get(id(key, key.schema()));
        if (isQueued(key)) {
            return new FarRead.Bypassed();
        }
        if (frame == null || frame.keptUntilNanos - now <= 0 || !frame.scopes.equals(scopes(key, false))) {
            return new FarRead.Miss();
        }
        Duration age = Duration.ofNanos(now - frame.grantNanos);
        return frame.freshUntilNanos - now > 0
                ? new FarRead.Hit(frame.token, frame.payload, age, Duration.ofNanos(frame.freshUntilNanos - now))
                : new FarRead.Expired(frame.payload, age);
    }

    @Override
    public CompletionStage<LeaseAnswer> lease(
            FarKey key, LeaseMode mode, Duration leaseFor, @Nullable String unreadable) {
        if (server.locked(() -> isQueued(key))) {
            return CompletableFuture.completedFuture(new LeaseAnswer.Bypassed());
        }
        return server.ask("lease", () -> {
            long now = server.ticker.nanos();
            List<String> scopes = scopes(key, true);
            if (mode == LeaseMode.IF_MISSING
                    && found(key) instanceof FarRead.Hit hit
                    && !hit.frame().equals(unreadable)) {
                return new LeaseAnswer.Found(hit);
            }
            Lease held = server.leases.get(id(key, key.schema()));
            if (mode != LeaseMode.ALWAYS && held != null && held.endNanos - now > 0 && held.scopes.equals(scopes)) {
                return new LeaseAnswer.Held(Duration.ofNanos(held.endNanos - now));
            }
            String token = fresh();
            server.leases.put(id(key, key.schema()), new Lease(token, now, now + leaseFor.toNanos(), scopes));
            return new LeaseAnswer.Granted(token);
        });
    }

    @Override
    public CompletionStage<Boolean> fill(
            FarKey key, String token, byte @Nullable [] payload, Duration ttl, Duration staleFor) {
        return server.ask("fill", () -> {
            Lease lease = server.leases.get(id(key, key.schema()));
            if (lease == null || !lease.token.equals(token) || lease.endNanos - server.ticker.nanos() <= 0) {
                return false;
            }
            server.leases.remove(id(key, key.schema()));
            long freshUntil = lease.grantNanos + ttl.toNanos();
            long keptUntil = freshUntil + staleFor.toNanos();
            if (keptUntil - server.ticker.nanos() <= 0) {
                return false;
            }
            server.frames.put(
                    id(key, key.schema()),
                    new Frame(token, payload, lease.grantNanos, freshUntil, keptUntil, lease.scopes));
            return true;
        });
    }

    @Override
    public CompletionStage<Void> release(FarKey key, String token) {
        return server.ask("release", () -> {
                    Lease lease = server.leases.get(id(key, key.schema()));
                    return lease != null
                            && lease.token.equals(token)
                            && server.leases.remove(id(key, key.schema())) != null;
                })
                .handle((released, away) -> null);
    }

    @Override
    public CompletionStage<Ack> invalidate(List<FarKey> keys, boolean replicated) {
        List<Queued> asked = keys.stream()
                .map(key -> new Queued(key.cache() + ' ' + key.owner() + ' ' + key.key(), List.of(key), null))
                .toList();
        return invalidate(asked);
    }

    @Override
    public CompletionStage<Ack> invalidateScope(Dropped scope, int schema, boolean replicated) {
        return invalidate(List.of(new Queued(scope.toString(), List.of(), scope)));
    }

    private CompletionStage<Ack> invalidate(List<Queued> asked) {
        boolean queued = server.locked(() -> asked.stream().anyMatch(one -> queue.containsKey(one.id)));
        if (queued) {
            return CompletableFuture.completedFuture(queued(asked));
        }
        return server.ask("invalidate", () -> done(asked)).exceptionally(away -> queued(asked));
    }

    private Ack queued(List<Queued> asked) {
        return server.locked(() -> {
            asked.forEach(one -> queue.put(one.id, one));
            return Ack.PENDING;
        });
    }

    private Ack done(List<Queued> asked) {
        for (Queued one : asked) {
            if (one.scope != null) {
                server.scopes.remove(scopeId(one.scope));
                server.publish(bucket(one.scope), one.scope);
            }
            for (FarKey key : one.keys) {
                for (int schema = key.schema() - 1; schema <= key.schema() + 1; schema++) {
                    server.frames.remove(id(key, schema));
                    server.leases.remove(id(key, schema));
                }
                server.publish(key.bucket(), new Dropped.Keys(key.cache(), List.of(key.key())));
            }
        }
        return Ack.DONE;
    }

    private void replay() {
        server.locked(() -> {
            var all = List.copyOf(queue.values());
            queue.clear();
            return done(all);
        });
    }

    @Override
    public ErasureReceipt erase(Tenant tenant) {
        return server.locked(() -> {
            if (server.away) {
                throw new FarLevelException("the far level is away", null);
            }
            String part = ' ' + tenant.key() + ' ';
            int before = server.frames.size();
            server.frames.keySet().removeIf(id -> id.contains(part));
            server.leases.keySet().removeIf(id -> id.contains(part));
            for (int bucket = 0; bucket < FarKey.BUCKETS; bucket++) {
                server.publish(bucket, new Dropped.Owner(tenant.id(), bucket));
            }
            return new ErasureReceipt("cache", tenant, before - server.frames.size());
        });
    }

    /** Keeps the values themselves, and writes down where: any type will do. */
    @Override
    @SuppressWarnings("unchecked")
    public <V> ValueCodec<V> codec(Type type) {
        return new ValueCodec<>() {
            @Override
            public byte[] encode(V value) {
                return server.locked(() -> {
                    server.values.add(value);
                    return ByteBuffer.allocate(Integer.BYTES)
                            .putInt(server.values.size() - 1)
                            .array();
                });
            }

            @Override
            public V decode(byte[] bytes) {
                return server.locked(
                        () -> (V) server.values.get(ByteBuffer.wrap(bytes).getInt()));
            }
        };
    }

    @Override
    public State state() {
        return server.locked(() -> new State(!server.away, queue.size(), server.away ? "away" : ""));
    }

    /** Tells the caches of this node what a far level tells them. */
    public void tell(CacheEvent event) {
        coherence.event(event);
    }

    @Override
    public void close() {
        server.nodes.remove(this);
    }

    private boolean isQueued(FarKey key) {
        return queue.containsKey(key.cache() + ' ' + key.owner() + ' ' + key.key())
                || queue.containsKey(new Dropped.Root(key.cache(), key.bucket()).toString())
                || key.scopes().stream()
                        .anyMatch(path -> queue.containsKey(new Dropped.Scope(key.cache(), path).toString()));
    }

    private List<String> scopes(FarKey key, boolean create) {
        var found = new ArrayList<String>();
        var ids = new ArrayList<String>();
        ids.add(scopeId(new Dropped.Root(key.cache(), key.bucket())));
        key.scopes().forEach(path -> ids.add(scopeId(new Dropped.Scope(key.cache(), path))));
        for (String id : ids) {
            // a scope without a version is a miss: nothing is equal to a version nobody has
            found.add(create ? server.scopes.computeIfAbsent(id, none -> fresh()) : server.scopes.getOrDefault(id, ""));
        }
        return found;
    }

    private static String scopeId(Dropped scope) {
        return scope.toString();
    }

    private static int bucket(Dropped dropped) {
        if (dropped instanceof Dropped.Root root) {
            return root.bucket();
        }
        if (dropped instanceof Dropped.Scope scope) {
            return FarKey.bucket(scope.cache(), scope.outermost());
        }
        throw new IllegalArgumentException("what is invalidated must be a scope or a root, was another");
    }

    private static String id(FarKey key, int schema) {
        String owner = key.owner().isEmpty() ? "" : new Tenant(key.owner()).key();
        return key.cache() + ' ' + schema + ' ' + owner + ' ' + key.key();
    }

    private static String fresh() {
        return UUID.randomUUID().toString();
    }
}
