package dev.mneme.memory.redis;

import dev.mneme.KeyPath;
import dev.mneme.memory.cache.spi.Dropped;
import dev.mneme.memory.cache.spi.FarKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thing to be invalidated: a key, or a scope.
 *
 * @param id equal for equal things, whatever the schema they were asked for
 * @param key null if it is a scope
 * @param scope a {@link Dropped.Scope} or {@link Dropped.Root}; null if it is a key
 */
record Target(
        String id,
        String cache,
        int bucket,
        @Nullable FarKey key,
        @Nullable Dropped scope) {

    static Target of(FarKey key) {
        return new Target(id(key), key.cache(), key.bucket(), key, null);
    }

    /** @throws IllegalArgumentException if it is neither a scope nor a root */
    static Target of(Dropped scope) {
        if (scope instanceof Dropped.Scope declared) {
            int bucket = FarKey.bucket(declared.cache(), declared.outermost());
            return new Target(id(declared.cache(), declared.path()), declared.cache(), bucket, null, scope);
        }
        if (scope instanceof Dropped.Root root) {
            return root(root.cache(), root.bucket());
        }
        throw new IllegalArgumentException("what is dropped must be a scope or a root, was a "
                + scope.getClass().getSimpleName());
    }

    static Target root(String cache, int bucket) {
        return new Target(rootId(cache, bucket), cache, bucket, null, new Dropped.Root(cache, bucket));
    }

    static String id(FarKey key) {
        return "k " + key.cache() + ' ' + key.owner().length() + ' ' + key.owner() + ' ' + key.key();
    }

    static String id(String cache, String path) {
        return "s " + cache + ' ' + path;
    }

    static String rootId(String cache, int bucket) {
        return "r " + bucket + ' ' + cache;
    }

    /** What the nodes are told when these, of one bucket, cache and kind, are invalidated. */
    static String message(List<Target> targets) {
        Target first = targets.get(0);
        if (first.scope instanceof Dropped.Scope declared) {
            return "s " + KeyPath.encode(first.cache) + ' ' + KeyPath.encode(declared.path());
        }
        if (first.scope != null) {
            return "r " + KeyPath.encode(first.cache);
        }
        var message = new StringBuilder("k ").append(KeyPath.encode(first.cache));
        for (Target target : targets) {
            FarKey key = target.key;
            message.append(' ').append(KeyPath.encode(key == null ? "" : key.key()));
        }
        return message.toString();
    }
}
