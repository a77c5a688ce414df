package dev.mneme.memory.cache.spi;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.zip.CRC32;

/**
 * A key as the far level knows it.
 *
 * @param cache the cache's name
 * @param schema the number of the value's schema; a far level keeps the values of different schemas apart and drops
 *     those of the schemas beside this one together with it
 * @param owner the owner's id; empty in a cache that is shared
 * @param key the key in the form of the cache's codec; unique within the cache and its owner
 * @param scopes the declared scopes of the key, outermost first: {@code user-42}, then {@code user-42/profile}; often
 *     none. The scope of the whole cache is not among them
 * @param bucket the bucket of this key, as {@link #bucket(String, String)} gives it for its outermost scope if it has
 *     one, so that a scope is in one bucket, else for the key
 */
public record FarKey(String cache, int schema, String owner, String key, List<String> scopes, int bucket) {

    /** Into how many buckets a namespace is cut; all its caches share them. */
    public static final int BUCKETS = 64;

    public FarKey {
        scopes = List.copyOf(scopes);
    }

    /** A key in its bucket. */
    public FarKey(String cache, int schema, String owner, String key, List<String> scopes) {
        this(cache, schema, owner, key, scopes, bucket(cache, scopes.isEmpty() ? key : scopes.get(0)));
    }

    /** The bucket of an outermost scope, or of a key without scopes; the same on every node and in every version. */
    public static int bucket(String cache, String outermost) {
        var hash = new CRC32();
        hash.update(cache.getBytes(UTF_8));
        hash.update(':');
        hash.update(outermost.getBytes(UTF_8));
        long value = hash.getValue();
        return (int) ((value ^ value >>> 16) & BUCKETS - 1);
    }
}
