package dev.mneme.memory.redis;

import dev.mneme.ErasureReceipt;
import dev.mneme.KeyPath;
import dev.mneme.Tenant;
import dev.mneme.memory.cache.spi.FarKey;
import dev.mneme.memory.cache.spi.FarLevelException;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Erases an owner: looks through all keys of the server until a whole look finds nothing of the owner, values and leases
 * alike, then tells all nodes to drop what they have near. A value that is filled behind the look's back was leased
 * before it, and the lease or the value is found by one of two looks.
 */
final class Erasure {

    private static final int MAX_LOOKS = 10;
    private static final int SCANNED_TOGETHER = 1_000;

    private final Redis redis;
    private final Keys keys;
    private final Invalidations invalidations;
    private final Duration bound;

    Erasure(Redis redis, Keys keys, Invalidations invalidations, Duration bound) {
        this.redis = redis;
        this.keys = keys;
        this.invalidations = invalidations;
        this.bound = bound;
    }

    ErasureReceipt erase(Tenant tenant) {
        RedisClusterAsyncCommands<String, byte[]> commands = redis.gate().commands();
        if (commands == null || !redis.gate().isOpen()) {
            throw new FarLevelException("Redis is away: nothing was erased, erase again", null);
        }
        long records = 0;
        boolean clean = false;
        for (int look = 0; look < MAX_LOOKS && !clean; look++) {
            Set<String> found = look(commands, 'd', tenant);
            Set<String> leases = look(commands, 'l', tenant);
            clean = look > 0 && found.isEmpty() && leases.isEmpty();
            records += drop(commands, found, tenant);
            drop(commands, leases, tenant);
        }
        if (!clean) {
            throw new FarLevelException("the owner's values came back while they were erased: erase again", null);
        }
        tellAll(commands, tenant);
        return new ErasureReceipt("cache", tenant, records);
    }

    private Set<String> look(RedisClusterAsyncCommands<String, byte[]> commands, char kind, Tenant tenant) {
        var found = new HashSet<String>();
        ScanArgs args = ScanArgs.Builder.limit(SCANNED_TOGETHER).match(keys.ownersPattern(kind, tenant.id()));
        KeyScanCursor<String> cursor = answer(commands.scan(args));
        found.addAll(cursor.getKeys());
        while (!cursor.isFinished()) {
            // the cursor itself: in a cluster it knows which master it has come to
            cursor = answer(commands.scan(cursor, args));
            found.addAll(cursor.getKeys());
        }
        return found;
    }

    private long drop(RedisClusterAsyncCommands<String, byte[]> commands, Set<String> found, Tenant tenant) {
        Map<Integer, List<String>> byBucket = new HashMap<>();
        found.forEach(key -> byBucket.computeIfAbsent(keys.bucketOf(key), first -> new ArrayList<>())
                .add(key));
        long dropped = 0;
        for (Map.Entry<Integer, List<String>> bucket : byBucket.entrySet()) {
            List<String> all = bucket.getValue();
            for (int from = 0; from < all.size(); from += SCANNED_TOGETHER) {
                List<String> some = all.subList(from, Math.min(all.size(), from + SCANNED_TOGETHER));
                dropped += answer(invalidations.drop(commands, bucket.getKey(), some, message(tenant)));
            }
        }
        return dropped;
    }

    /** Last, so that nothing of the owner can be read near again from what was still there. */
    private void tellAll(RedisClusterAsyncCommands<String, byte[]> commands, Tenant tenant) {
        var told = new ArrayList<CompletionStage<Long>>();
        for (int bucket = 0; bucket < FarKey.BUCKETS; bucket++) {
            told.add(invalidations.drop(commands, bucket, List.of(), message(tenant)));
        }
        told.forEach(this::answer);
        try {
            // a node that did not hear it knows by then that it missed something
            TimeUnit.NANOSECONDS.sleep(bound.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FarLevelException("interrupted before all nodes had let go: erase again", null);
        }
    }

    private static String message(Tenant tenant) {
        return "o " + KeyPath.encode(tenant.id());
    }

    private <T> T answer(CompletionStage<T> asked) {
        try {
            return asked.toCompletableFuture().get(redis.timeout().toMillis() + 1_000, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FarLevelException("interrupted before all was erased: erase again", null);
        } catch (ExecutionException | TimeoutException e) {
            throw FarFailures.of(e);
        }
    }
}
