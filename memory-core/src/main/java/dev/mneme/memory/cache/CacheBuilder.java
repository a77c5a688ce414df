package dev.mneme.memory.cache;

import static java.util.Objects.requireNonNull;

import dev.mneme.KeyPath;
import dev.mneme.Tenant;
import dev.mneme.TypeRef;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.ToIntBiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a cache; see {@code Memory.cache}. What is set is checked at once, what must fit together when the cache
 * is built. Not safe for use by several threads.
 *
 * <p>Required are whose the values are ({@link #owner} or {@link #shared}) and a loader.
 *
 * @param <K> the keys: String, Long, Integer, UUID, an enum, a record of these, or any type with a {@link #keyCodec}
 * @param <V> the values; immutable
 */
public final class CacheBuilder<K, V> {

    private static final int MIB = 1 << 20;

    private final Caches caches;
    final String name;
    final TypeRef<K> keyType;
    final TypeRef<V> valueType;
    int schema;

    @Nullable
    Function<? super K, Tenant> owner;

    @Nullable
    Function<? super K, String> scope;

    @Nullable
    KeyCodec<K> keys;

    @Nullable
    ValueCodec<V> values;

    @Nullable
    BulkLoader<K, V> bulkLoader;

    Duration ttl;

    @Nullable
    Duration nearTtl;

    Duration negativeTtl = Duration.ZERO;
    Duration staleOnError = Duration.ZERO;
    double jitter = 0.1;
    double earlyRefresh = 1;
    long maxNear = 10_000;

    @Nullable
    ToIntBiFunction<? super K, ? super V> weigher;

    @Nullable
    Duration softTimeout;

    Duration hardTimeout = Duration.ofSeconds(5);
    Duration farTimeout = Duration.ofMillis(25);
    int maxConcurrentLoads = 64;
    int maxValueBytes = MIB;
    WhenDisconnected whenDisconnected = WhenDisconnected.LOADER;
    boolean replicated;
    private boolean shared;
    private @Nullable CacheLoader<? super K, ? extends V> loader;

    CacheBuilder(Caches caches, String name, TypeRef<K> keyType, TypeRef<V> valueType, Duration defaultTtl) {
        if (name.isBlank()
                || name.length() > CacheSettings.MAX_NAME_LENGTH
                || !KeyPath.encode(name).equals(name)) {
            throw new IllegalArgumentException("a cache's name must have 1 to " + CacheSettings.MAX_NAME_LENGTH
                    + " characters out of A-Z a-z 0-9 _ . ~ -, was \"" + name + '"');
        }
        this.caches = caches;
        this.name = name;
        this.keyType = requireNonNull(keyType, "keyType");
        this.valueType = requireNonNull(valueType, "valueType");
        this.ttl = defaultTtl;
    }

    /** Whose each value is: what {@code Memory.erase} goes by, and what keeps the keys of two owners apart. */
    public CacheBuilder<K, V> owner(Function<? super K, Tenant> owner) {
        this.owner = requireNonNull(owner, "owner");
        return this;
    }

    /** The values belong to no one: they are the same for all users and hold nothing personal. */
    public CacheBuilder<K, V> shared() {
        this.shared = true;
        return this;
    }

    /**
     * The scope of each key, as a path such as {@code user-42/profile}: one {@link Cached#invalidateScope} forgets all
     * keys under it or under {@code user-42}. At most 8 names. All keys of an outermost scope live on one server.
     */
    public CacheBuilder<K, V> scope(Function<? super K, String> scope) {
        this.scope = requireNonNull(scope, "scope");
        return this;
    }

    /** How long a value lives, counted from the beginning of its load, on all nodes; 600 s unless set. */
    public CacheBuilder<K, V> ttl(Duration ttl) {
        this.ttl = positive("ttl", ttl);
        return this;
    }

    /**
     * As {@link #ttl}, unless the memory's settings name a time to live for a cache of this name: then that one. For caches
     * whose time a host wants to change without a release.
     */
    public CacheBuilder<K, V> usualTtl(Duration usual) {
        return ttl(caches.settings().ttl(name, usual));
    }

    /** How long a value is served in this process before the far level is asked again; the ttl unless set. */
    public CacheBuilder<K, V> nearTtl(Duration nearTtl) {
        this.nearTtl = positive("nearTtl", nearTtl);
        return this;
    }

    /** How long it is remembered that the source has no value; zero, the default, for not at all. */
    public CacheBuilder<K, V> negativeTtl(Duration negativeTtl) {
        this.negativeTtl = notNegative("negativeTtl", negativeTtl);
        return this;
    }

    /** How long past its ttl a value may be served if its load fails or is slow; zero, the default, for not at all. */
    public CacheBuilder<K, V> staleOnError(Duration staleFor) {
        this.staleOnError = notNegative("staleOnError", staleFor);
        return this;
    }

    /**
     * The share by which times to live are shortened at random, on both levels, so that values stored together do not end
     * together.
     *
     * @param share from 0 to 0.5; 0.1 unless set
     */
    public CacheBuilder<K, V> jitter(double share) {
        if (!(share >= 0 && share <= 0.5)) {
            throw new IllegalArgumentException("jitter must be from 0 to 0.5, was " + share);
        }
        this.jitter = share;
        return this;
    }

    /**
     * Renews a value that is read near after this share of its time to live, in the background, by one node.
     *
     * @param share more than 0, at most 1, which is the default and means never
     */
    public CacheBuilder<K, V> earlyRefresh(double share) {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("earlyRefresh must be more than 0 and at most 1, was " + share);
        }
        this.earlyRefresh = share;
        return this;
    }

    /** How many values the near level holds; 10,000 unless set. Those least likely to be used again go first. */
    public CacheBuilder<K, V> nearEntries(long max) {
        this.maxNear = positive("nearEntries", max);
        this.weigher = null;
        return this;
    }

    /**
     * How much the near level holds, by weight.
     *
     * @param weigher a value's weight, at least 0; must be quick
     */
    public CacheBuilder<K, V> nearWeight(long max, ToIntBiFunction<? super K, ? super V> weigher) {
        this.maxNear = positive("nearWeight", max);
        this.weigher = requireNonNull(weigher, "weigher");
        return this;
    }

    /** After this time of loading, a reader gets the stale value, if there is one, and the load goes on. */
    public CacheBuilder<K, V> softTimeout(Duration timeout) {
        this.softTimeout = positive("softTimeout", timeout);
        return this;
    }

    /** After this time a load is interrupted and has failed; 5 s unless set. */
    public CacheBuilder<K, V> hardTimeout(Duration timeout) {
        this.hardTimeout = positive("hardTimeout", timeout);
        return this;
    }

    /** How long a read waits for the far level before it goes on without it; 25 ms unless set. */
    public CacheBuilder<K, V> farTimeout(Duration timeout) {
        this.farTimeout = positive("farTimeout", timeout);
        return this;
    }

    /**
     * How many loads of this cache run at once in this process; 64 unless set. Others wait, within the hard timeout. A
     * loader that goes on although it was interrupted keeps its place until it returns.
     */
    public CacheBuilder<K, V> maxConcurrentLoads(int max) {
        this.maxConcurrentLoads = (int) positive("maxConcurrentLoads", max);
        return this;
    }

    /** How large a value may be in the far level, once written; 1 MiB unless set. A load that gives more has failed. */
    public CacheBuilder<K, V> maxValueBytes(int max) {
        this.maxValueBytes = (int) positive("maxValueBytes", max);
        return this;
    }

    /** What to do while cut off; {@link WhenDisconnected#LOADER} unless set. */
    public CacheBuilder<K, V> whenDisconnected(WhenDisconnected policy) {
        this.whenDisconnected = requireNonNull(policy, "policy");
        return this;
    }

    /** An invalidation counts as done only once a replica of the far level has it too. */
    public CacheBuilder<K, V> replicated() {
        this.replicated = true;
        return this;
    }

    /**
     * The number of the value type's schema; raise it by one with each change that older code could not read. Values of
     * other schemas are not read; an invalidation drops those of the schemas beside this one too, so that two releases
     * can run side by side.
     *
     * @param number at least 0, which is the default
     */
    public CacheBuilder<K, V> schema(int number) {
        if (number < 0) {
            throw new IllegalArgumentException("schema must be at least 0, was " + number);
        }
        this.schema = number;
        return this;
    }

    /** A codec for keys of a type that has none of its own. */
    public CacheBuilder<K, V> keyCodec(KeyCodec<K> codec) {
        this.keys = requireNonNull(codec, "codec");
        return this;
    }

    /** A codec for values in place of the far level's own. */
    public CacheBuilder<K, V> valueCodec(ValueCodec<V> codec) {
        this.values = requireNonNull(codec, "codec");
        return this;
    }

    /** Where values come from. */
    public CacheBuilder<K, V> loader(Source<? super K, ? extends V> source) {
        requireNonNull(source, "source");
        return loader((key, context) -> source.load(key));
    }

    /** Where values come from, with a say in how long they live and whether they are stored. */
    public CacheBuilder<K, V> loader(CacheLoader<? super K, ? extends V> loader) {
        this.loader = requireNonNull(loader, "loader");
        return this;
    }

    /** Where many values come from at once. Without it, they are loaded one by one, side by side. */
    public CacheBuilder<K, V> bulkLoader(BulkLoader<K, V> bulkLoader) {
        this.bulkLoader = requireNonNull(bulkLoader, "bulkLoader");
        return this;
    }

    /**
     * Makes the cache.
     *
     * @throws IllegalArgumentException if settings do not fit together, or the keys' type has no codec
     * @throws IllegalStateException if neither owner nor shared was said, or no loader was given, or the memory has a
     *     cache of this name already or is closed
     */
    public TieredCache<K, V> build() {
        if (loader == null) {
            throw new IllegalStateException("cache " + name + " needs a loader");
        }
        return build(loader);
    }

    /**
     * Remembers a function's results: {@link #loader} and {@link #build} in one, with the smaller set of methods that
     * suits a function.
     */
    public Cached<K, V> memoize(Source<? super K, ? extends V> function) {
        requireNonNull(function, "function");
        return build((key, context) -> function.load(key));
    }

    private TieredCache<K, V> build(CacheLoader<? super K, ? extends V> source) {
        if (shared == (owner != null)) {
            throw new IllegalStateException(
                    "cache " + name + " must either name its owner or be shared, did " + (shared ? "both" : "neither"));
        }
        if (nearTtl != null && nearTtl.compareTo(ttl) > 0) {
            throw new IllegalArgumentException("nearTtl must be at most the ttl (" + ttl + "), was " + nearTtl);
        }
        if (softTimeout != null && softTimeout.compareTo(hardTimeout) >= 0) {
            throw new IllegalArgumentException(
                    "softTimeout must be less than the hard timeout (" + hardTimeout + "), was " + softTimeout);
        }
        return caches.add(this, source);
    }

    private static Duration positive(String what, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(what + " must be more than zero, was " + value);
        }
        return inRange(what, value);
    }

    private static Duration notNegative(String what, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(what + " must be at least zero, was " + value);
        }
        return inRange(what, value);
    }

    /** Sums of a few durations must fit into a long of nanoseconds. */
    private static Duration inRange(String what, Duration value) {
        if (value.compareTo(Duration.ofDays(3650)) > 0) {
            throw new IllegalArgumentException(what + " must be at most 3650 days, was " + value);
        }
        return value;
    }

    private static long positive(String what, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(what + " must be at least 1, was " + value);
        }
        return value;
    }
}
