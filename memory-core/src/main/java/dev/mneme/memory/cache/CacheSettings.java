package dev.mneme.memory.cache;

import dev.mneme.Tenant;
import dev.mneme.memory.cache.spi.FarKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntBiFunction;
import org.jspecify.annotations.Nullable;

/** Everything a cache was told, checked; durations in nanoseconds where they are read on a hot path. */
final class CacheSettings<K, V> {

    static final int MAX_NAME_LENGTH = 64;
    static final int MAX_KEY_LENGTH = 2_048;
    static final int MAX_SCOPES = 8;

    final String name;
    final int schema;
    final @Nullable Function<? super K, Tenant> owner;
    final @Nullable Function<? super K, String> scope;
    final @Nullable KeyCodec<K> keys;
    final @Nullable ValueCodec<V> values;
    final CacheLoader<? super K, ? extends V> loader;
    final @Nullable BulkLoader<K, V> bulkLoader;
    final Duration ttl;
    final Duration nearTtl;
    final Duration negativeTtl;
    final Duration staleOnError;
    final double jitter;
    final double earlyRefresh;
    final long maxEntries;
    final @Nullable ToIntBiFunction<? super K, ? super V> weigher;
    final @Nullable Duration softTimeout;
    final Duration hardTimeout;
    final Duration farTimeout;
    final int maxConcurrentLoads;
    final int maxValueBytes;
    final WhenDisconnected whenDisconnected;
    final boolean replicated;
    final boolean bypass;

    CacheSettings(CacheBuilder<K, V> from, CacheLoader<? super K, ? extends V> loader, boolean bypass) {
        this.name = from.name;
        this.schema = from.schema;
        this.owner = from.owner;
        this.scope = from.scope;
        this.keys = from.keys;
        this.values = from.values;
        this.loader = loader;
        this.bulkLoader = from.bulkLoader;
        this.ttl = from.ttl;
        this.nearTtl = from.nearTtl == null ? from.ttl : from.nearTtl;
        this.negativeTtl = from.negativeTtl;
        this.staleOnError = from.staleOnError;
        this.jitter = from.jitter;
        this.earlyRefresh = from.earlyRefresh;
        this.maxEntries = from.maxNear;
        this.weigher = from.weigher;
        this.softTimeout = from.softTimeout;
        this.hardTimeout = from.hardTimeout;
        this.farTimeout = from.farTimeout;
        this.maxConcurrentLoads = from.maxConcurrentLoads;
        this.maxValueBytes = from.maxValueBytes;
        this.whenDisconnected = from.whenDisconnected;
        this.replicated = from.replicated;
        this.bypass = bypass;
    }

    /** The lease outlives the load by a second, so that a load that just made it can still be stored. */
    Duration leaseFor() {
        return hardTimeout.plusSeconds(1);
    }

    /** The scopes of a key, outermost first. */
    List<String> scopes(K key) {
        return scope == null ? List.of() : path(scope.apply(key));
    }

    /** A key that is text is checked in every memory, so that what works without a server works with one. */
    void check(CharSequence key) {
        if (key.toString().isBlank() || key.length() > MAX_KEY_LENGTH) {
            throw new IllegalArgumentException("a key of cache " + name + " must have 1 to " + MAX_KEY_LENGTH
                    + " characters and not be blank, had " + key.length());
        }
    }

    /** The key as the far level knows it. */
    FarKey farKey(K key, KeyCodec<K> codec) {
        String text = codec.encode(key);
        if (text.isEmpty() || text.length() > MAX_KEY_LENGTH) {
            throw new IllegalArgumentException("a key of cache " + name + " must have 1 to " + MAX_KEY_LENGTH
                    + " characters once written, had " + text.length());
        }
        return new FarKey(name, schema, owner == null ? "" : owner.apply(key).id(), text, scopes(key));
    }

    /** A scope and those around it, outermost first. */
    static List<String> path(String path) {
        var scopes = new ArrayList<String>(2);
        int from = 0;
        while (from <= path.length()) {
            int end = path.indexOf('/', from);
            end = end < 0 ? path.length() : end;
            if (path.substring(from, end).isBlank()) {
                throw new IllegalArgumentException("a scope must have names between its slashes, had a blank one");
            }
            scopes.add(path.substring(0, end));
            from = end + 1;
        }
        if (scopes.size() > MAX_SCOPES || path.length() > MAX_KEY_LENGTH) {
            throw new IllegalArgumentException("a scope must have at most " + MAX_SCOPES + " names and "
                    + MAX_KEY_LENGTH + " characters, had " + scopes.size() + " and " + path.length());
        }
        return scopes;
    }
}
