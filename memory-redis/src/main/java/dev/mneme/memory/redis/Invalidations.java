package dev.mneme.memory.redis;

import static dev.mneme.memory.redis.Script.ascii;

import dev.mneme.memory.cache.Ack;
import dev.mneme.memory.cache.spi.Dropped;
import dev.mneme.memory.cache.spi.FarKey;
import dev.mneme.memory.redis.InvalidationQueue.Waiting;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntPredicate;

/**
 * Sends invalidations: at once if it can, else later. Whatever may not have been done is queued, and is sent again until
 * it was answered: to invalidate once too often costs a load, once too little the promise.
 *
 * <p>Completions run on the client's threads and send nothing there but what a gate lets through; replays run on the
 * timer of the {@link Redis}.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails is queued by the stage itself
final class Invalidations {

    static final int CHUNK = 500;
    private static final int REPLAYED_TOGETHER = 4;
    private static final long REPLAY_EVERY_MILLIS = 50;
    private static final long REPLICA_WITHIN_MILLIS = 1_000;

    private final Redis redis;
    private final Keys keys;
    private final InvalidationQueue queue;
    private final RecentInvalidations recent;
    private final AtomicBoolean replaying = new AtomicBoolean();
    private volatile boolean closed;

    Invalidations(Redis redis, Keys keys, InvalidationQueue queue, RecentInvalidations recent) {
        this.redis = redis;
        this.keys = keys;
        this.queue = queue;
        this.recent = recent;
    }

    CompletionStage<Ack> invalidate(List<Target> targets, boolean replicated) {
        var again = new ArrayList<Target>();
        var now = new ArrayList<Target>();
        for (Target target : targets) {
            (queue.has(target) ? again : now).add(target);
        }
        var sent = new ArrayList<CompletableFuture<Ack>>();
        if (!again.isEmpty()) {
            // what waits already may be on its way: it waits anew, behind that
            queue(again);
            sent.add(CompletableFuture.completedFuture(Ack.PENDING));
        }
        for (List<Target> group : groups(now)) {
            sent.add(send(group, replicated)
                    .handle((done, failure) -> {
                        if (failure == null && done) {
                            recent.add(group);
                            return Ack.DONE;
                        }
                        queue(group);
                        return Ack.PENDING;
                    })
                    .toCompletableFuture());
        }
        return sent.size() == 1 ? sent.get(0) : all(sent);
    }

    private static CompletionStage<Ack> all(List<CompletableFuture<Ack>> sent) {
        return CompletableFuture.allOf(sent.toArray(new CompletableFuture<?>[0]))
                .thenApply(done -> sent.stream().map(CompletableFuture::join).reduce(Ack.DONE, Ack::and));
    }

    private void queue(List<Target> targets) {
        queue.add(targets);
        replayIn(REPLAY_EVERY_MILLIS);
    }

    /** Whether it was done, at a replica too if that was asked for. */
    private CompletionStage<Boolean> send(List<Target> group, boolean replicated) {
        if (replicated && redis.gate().isOpen()) {
            return redis.replicated()
                    .thenCompose(connection ->
                            RedisServers.commandsFor(keys.version(group.get(0).bucket()), connection))
                    .thenCompose(commands -> run(commands, group).thenCompose(done -> atAReplica(commands)));
        }
        return redis.gate()
                .call(RedisGate.Urgency.PATIENT, commands -> run(commands, group))
                .thenApply(done -> !replicated);
    }

    private static CompletionStage<Boolean> atAReplica(RedisClusterAsyncCommands<String, byte[]> commands) {
        return commands.waitForReplication(1, REPLICA_WITHIN_MILLIS).thenApply(replicas -> replicas >= 1);
    }

    private CompletionStage<Long> run(RedisClusterAsyncCommands<String, byte[]> commands, List<Target> group) {
        var doomed = new ArrayList<String>();
        int bucket = group.get(0).bucket();
        for (Target target : group) {
            FarKey key = target.key();
            if (key == null) {
                doomed.add(scopeKey(target));
            } else {
                for (int schema = key.schema() - 1; schema <= key.schema() + 1; schema++) {
                    doomed.add(keys.value(key, bucket, schema));
                    doomed.add(keys.lease(key, bucket, schema));
                }
            }
        }
        return drop(commands, bucket, doomed, Target.message(group));
    }

    private String scopeKey(Target target) {
        return target.scope() instanceof Dropped.Scope declared
                ? keys.scope(target.cache(), declared.path(), target.bucket())
                : keys.root(target.cache(), target.bucket());
    }

    /** Drops keys of a bucket and tells the nodes; how many there were. */
    CompletionStage<Long> drop(
            RedisClusterAsyncCommands<String, byte[]> commands, int bucket, List<String> doomed, String message) {
        String[] all = new String[doomed.size() + 1];
        all[0] = keys.version(bucket);
        for (int i = 0; i < doomed.size(); i++) {
            all[i + 1] = doomed.get(i);
        }
        return Script.INVALIDATE.run(
                commands,
                all,
                ascii(keys.channel()),
                ascii(Keys.twoDigits(bucket)),
                ascii(Tokens.next()),
                ascii(message));
    }

    /** Of one bucket, cache and kind each, keys in chunks; scopes alone. */
    private static Collection<List<Target>> groups(List<Target> targets) {
        if (targets.size() <= 1) {
            return targets.isEmpty() ? List.of() : List.of(targets);
        }
        Map<String, List<Target>> groups = new LinkedHashMap<>();
        var full = new ArrayList<List<Target>>();
        for (Target target : targets) {
            String name = target.key() == null ? target.id() : target.bucket() + " " + target.cache();
            List<Target> group = groups.computeIfAbsent(name, first -> new ArrayList<>());
            group.add(target);
            if (group.size() == CHUNK) {
                full.add(group);
                groups.remove(name);
            }
        }
        full.addAll(groups.values());
        return full;
    }

    /** The server is another one, or was: what was done of late is done again for these buckets. */
    int resend(IntPredicate buckets) {
        List<Target> lost = recent.take(buckets);
        if (!lost.isEmpty()) {
            queue(lost);
        }
        return lost.size();
    }

    void replay() {
        replayIn(0);
    }

    private void replayIn(long millis) {
        if (closed || queue.size() == 0 || !replaying.compareAndSet(false, true)) {
            return;
        }
        try {
            redis.timer().schedule(this::replayStep, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            replaying.set(false);
        }
    }

    /** A few groups at a time, until nothing waits; never two steps at once. */
    private void replayStep() {
        if (!redis.gate().isOpen()) {
            // will be called when it is
            replaying.set(false);
            if (redis.gate().isOpen()) {
                replayIn(0);
            }
            return;
        }
        sendSome().whenComplete((done, failure) -> {
            replaying.set(false);
            replayIn(failure == null ? 0 : REPLAY_EVERY_MILLIS);
        });
    }

    private CompletableFuture<Void> sendSome() {
        Map<Target, Waiting> waiting = new LinkedHashMap<>();
        queue.all().forEach(one -> waiting.put(one.target, one));
        List<CompletableFuture<Void>> sent = groups(List.copyOf(waiting.keySet())).stream()
                .limit(REPLAYED_TOGETHER)
                .map(group -> redis.gate()
                        .call(RedisGate.Urgency.PATIENT, commands -> run(commands, group))
                        .thenAccept(done -> {
                            recent.add(group);
                            queue.sent(group.stream().map(waiting::get).toList());
                        })
                        .toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(sent.toArray(new CompletableFuture<?>[0]));
    }

    /** Sends what waits, if it can be, within a time; then nothing more. */
    void close(long withinMillis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(withinMillis);
        try {
            while (queue.size() > 0 && redis.gate().isOpen() && System.nanoTime() - end < 0) {
                sendSome().get(Math.max(1, (end - System.nanoTime()) / 1_000_000), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // a last try, not a promise
        }
        closed = true;
    }
}
