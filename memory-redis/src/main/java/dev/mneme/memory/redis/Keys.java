package dev.mneme.memory.redis;

import dev.mneme.KeyPath;
import dev.mneme.memory.cache.spi.FarKey;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * How the keys of a namespace's caches are called in Redis. All keys of a bucket have its hash tag and so are in one slot:
 *
 * <pre>
 * mneme:{ns:cache:07}:v                          version of the bucket
 * mneme:{ns:cache:07}:d:cache:schema:owner:key   value
 * mneme:{ns:cache:07}:l:cache:schema:owner:key   lease
 * mneme:{ns:cache:07}:r:cache                    version of the cache's root scope in this bucket
 * mneme:{ns:cache:07}:s:cache:scope              version of a declared scope
 * </pre>
 *
 * <p>Every part is percent-encoded, a shared cache's owner is empty.
 */
final class Keys {

    private final String namespace;
    private final String[] prefixes = new String[FarKey.BUCKETS];
    /** By the names of the caches of this process, of which there are few. */
    private final ConcurrentMap<String, String[]> roots = new ConcurrentHashMap<>();

    Keys(String namespace) {
        this.namespace = KeyPath.encode(namespace);
        for (int bucket = 0; bucket < FarKey.BUCKETS; bucket++) {
            prefixes[bucket] = "mneme:{" + this.namespace + ":cache:" + twoDigits(bucket) + "}:";
        }
    }

    /** Where the invalidations of the namespace are published. */
    String channel() {
        return "mneme:{" + namespace + ":cache}:dropped";
    }

    String version(int bucket) {
        return prefixes[bucket] + 'v';
    }

    String value(FarKey key, int bucket) {
        return entry(key, bucket, "d:", key.schema());
    }

    String lease(FarKey key, int bucket) {
        return entry(key, bucket, "l:", key.schema());
    }

    String value(FarKey key, int bucket, int schema) {
        return entry(key, bucket, "d:", schema);
    }

    String lease(FarKey key, int bucket, int schema) {
        return entry(key, bucket, "l:", schema);
    }

    String root(String cache, int bucket) {
        String[] known = roots.get(cache);
        return (known == null ? roots.computeIfAbsent(cache, this::roots) : known)[bucket];
    }

    private String[] roots(String cache) {
        String encoded = KeyPath.encode(cache);
        return Arrays.stream(prefixes).map(prefix -> prefix + "r:" + encoded).toArray(String[]::new);
    }

    String scope(String cache, String path, int bucket) {
        return prefixes[bucket] + "s:" + KeyPath.encode(cache) + ':' + KeyPath.encode(path);
    }

    /** A glob that matches the values ({@code d}) or leases ({@code l}) of an owner; no encoded part has a wildcard. */
    String ownersPattern(char kind, String owner) {
        return "mneme:{" + namespace + ":cache:??}:" + kind + ":*:*:" + KeyPath.encode(owner) + ":*";
    }

    /** The bucket of a key that {@link #ownersPattern} found. */
    int bucketOf(String key) {
        int end = key.indexOf('}');
        return Integer.parseInt(key.substring(end - 2, end));
    }

    static String twoDigits(int bucket) {
        return bucket < 10 ? "0" + bucket : Integer.toString(bucket);
    }

    private String entry(FarKey key, int bucket, String kind, int schema) {
        String owner = key.owner().isEmpty() ? "" : KeyPath.encode(key.owner());
        return prefixes[bucket]
                + kind
                + KeyPath.encode(key.cache())
                + ':'
                + schema
                + ':'
                + owner
                + ':'
                + KeyPath.encode(key.key());
    }
}
