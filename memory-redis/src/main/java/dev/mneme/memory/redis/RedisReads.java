package dev.mneme.memory.redis;

import dev.mneme.memory.cache.spi.FarKey;
import dev.mneme.memory.cache.spi.FarRead;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Reads values with the versions of their scopes: one MGET for all keys, in a cluster one for each bucket. */
@SuppressWarnings("FutureReturnValueIgnored") // every failure goes to the stage that is given back
final class RedisReads {

    private static final RedisCodec<String, byte[]> CODEC = RedisCodec.of(StringCodec.ASCII, ByteArrayCodec.INSTANCE);
    private static final FarRead.Bypassed BYPASSED = new FarRead.Bypassed();

    private final Redis redis;
    private final Keys keys;
    private final RedisClock clock;
    private final InvalidationQueue queue;

    RedisReads(Redis redis, Keys keys, RedisClock clock, InvalidationQueue queue) {
        this.redis = redis;
        this.keys = keys;
        this.clock = clock;
        this.queue = queue;
    }

    CompletionStage<List<FarRead>> read(List<FarKey> wanted) {
        return wanted.size() == 1 ? readOne(wanted.get(0)) : readMany(wanted);
    }

    private CompletionStage<List<FarRead>> readOne(FarKey key) {
        int bucket = key.bucket();
        if (queue.covers(key, bucket)) {
            return CompletableFuture.completedFuture(List.of(BYPASSED));
        }
        int[] scopesAt = new int[key.scopes().size() + 1];
        Arrays.setAll(scopesAt, i -> i + 1);
        var names = new ArrayList<String>(scopesAt.length + 1);
        names.add(keys.value(key, bucket));
        names.add(keys.root(key.cache(), bucket));
        for (String path : key.scopes()) {
            names.add(keys.scope(key.cache(), path, bucket));
        }
        var answer = new CompletableFuture<List<FarRead>>();
        mget(names).whenComplete((List<@Nullable Bulk> found, Throwable failure) -> {
            if (failure != null) {
                answer.completeExceptionally(FarFailures.of(failure));
            } else {
                answer.complete(List.of(Frames.read(found, 0, scopesAt, clock.now(bucket))));
            }
        });
        return answer;
    }

    private CompletionStage<List<FarRead>> readMany(List<FarKey> wanted) {
        FarRead[] answers = new FarRead[wanted.size()];
        Map<Integer, Group> groups = new HashMap<>();
        boolean cluster = redis.servers().isCluster();
        for (int i = 0; i < answers.length; i++) {
            FarKey key = wanted.get(i);
            int bucket = key.bucket();
            if (queue.covers(key, bucket)) {
                answers[i] = BYPASSED;
            } else {
                groups.computeIfAbsent(cluster ? bucket : 0, first -> new Group())
                        .add(i, key, bucket);
            }
        }
        if (groups.isEmpty()) {
            return CompletableFuture.completedFuture(Arrays.asList(answers));
        }
        var answer = new CompletableFuture<List<FarRead>>();
        redis.gate()
                .call(
                        RedisGate.Urgency.IMPATIENT,
                        groups.size(),
                        commands -> mgetEach(commands, groups.values(), answers))
                .whenComplete((all, failure) -> {
                    if (failure != null) {
                        answer.completeExceptionally(FarFailures.of(failure));
                    } else {
                        answer.complete(Arrays.asList(answers));
                    }
                });
        return answer;
    }

    private static CompletionStage<Void> mgetEach(
            RedisClusterAsyncCommands<String, byte[]> commands, Collection<Group> groups, FarRead[] answers) {
        return CompletableFuture.allOf(groups.stream()
                .map(group -> mget(commands, group.names)
                        .thenAccept((List<@Nullable Bulk> found) -> group.answer(found, answers))
                        .toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    }

    /** The keys of one MGET; a scope that several keys have is asked for once. */
    private final class Group {

        @SuppressWarnings("ArrayRecordComponent") // never compared
        private record One(int index, int bucket, int at, int[] scopesAt) {}

        final List<String> names = new ArrayList<>();
        private final Map<String, Integer> scopes = new HashMap<>();
        private final List<One> ones = new ArrayList<>();

        void add(int index, FarKey key, int bucket) {
            int at = names.size();
            names.add(keys.value(key, bucket));
            int[] scopesAt = new int[key.scopes().size() + 1];
            scopesAt[0] = placeOf(keys.root(key.cache(), bucket));
            for (int i = 1; i < scopesAt.length; i++) {
                scopesAt[i] = placeOf(keys.scope(key.cache(), key.scopes().get(i - 1), bucket));
            }
            ones.add(new One(index, bucket, at, scopesAt));
        }

        private int placeOf(String scope) {
            Integer place = scopes.putIfAbsent(scope, names.size());
            if (place != null) {
                return place;
            }
            names.add(scope);
            return names.size() - 1;
        }

        void answer(List<@Nullable Bulk> found, FarRead[] answers) {
            for (One one : ones) {
                answers[one.index] = Frames.read(found, one.at, one.scopesAt, clock.now(one.bucket));
            }
        }
    }

    private CompletionStage<List<@Nullable Bulk>> mget(List<String> names) {
        return redis.gate().call(RedisGate.Urgency.IMPATIENT, commands -> mget(commands, names));
    }

    private static CompletionStage<List<@Nullable Bulk>> mget(
            RedisClusterAsyncCommands<String, byte[]> commands, List<String> names) {
        return commands.dispatch(CommandType.MGET, new BulksOutput(CODEC), new CommandArgs<>(CODEC).addKeys(names));
    }
}
