package dev.mneme.memory.cache;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofSeconds;
import static java.util.Objects.requireNonNull;

import dev.mneme.TypeRef;
import dev.mneme.memory.Memory;
import dev.mneme.memory.context.Embedder;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An embedder that asks the one behind it once for each text, and for many texts in one batch without repetitions.
 *
 * <p>The cache's name is {@value #NAME}. Vectors are kept for a day under the hash (SHA-256) of the text and the
 * embedder's fingerprint, so another model never sees them; near, up to 64 MiB of them. Texts are not stored. The cache
 * is shared: a vector does not belong to whoever asked first, and an erasure leaves it to its time to live. What may not
 * leave the process must be embedded by the embedder itself.
 *
 * <p>What the embedder behind throws reaches the caller as it is. A call that takes longer than 30 s is given up.
 */
public final class EmbeddingCache implements Embedder {

    /** The cache's name, by which it is found in statistics and switched off in {@code MNEME_BYPASS}. */
    public static final String NAME = "embeddings";

    private static final Duration TTL = ofDays(1);
    private static final Duration HARD_TIMEOUT = ofSeconds(30);
    private static final long NEAR_BYTES = 64L << 20;

    private final Embedder embedder;
    private final String fingerprint;
    private final TieredCache<HashedKey<String>, float[]> cache;

    private EmbeddingCache(Memory memory, Embedder embedder) {
        this.embedder = requireNonNull(embedder, "embedder");
        this.fingerprint = embedder.fingerprint();
        CacheBuilder<HashedKey<String>, float[]> builder = memory.cache(
                        NAME, new TypeRef<HashedKey<String>>() {}, TypeRef.of(float[].class))
                .shared()
                .keyCodec(HashedKey.codec())
                .valueCodec(new FloatsCodec())
                .usualTtl(TTL)
                .hardTimeout(HARD_TIMEOUT)
                .nearWeight(NEAR_BYTES, (key, vector) -> vector.length * Float.BYTES)
                .loader(key -> embedder.embed(key.toLoad()))
                .bulkLoader(this::load);
        this.cache =
                builder.whenDisconnected(WhenDisconnected.stale(builder.ttl)).build();
    }

    /**
     * An embedder before another.
     *
     * @throws IllegalStateException if the memory has such a cache already
     */
    public static EmbeddingCache on(Memory memory, Embedder embedder) {
        return new EmbeddingCache(memory, embedder);
    }

    @Override
    public int dimensions() {
        return embedder.dimensions();
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public double weight() {
        return embedder.weight();
    }

    @Override
    public float[] embed(String text) {
        try {
            return cache.get(key(text)).clone();
        } catch (CacheLoadException e) {
            throw asThrown(e);
        }
    }

    @Override
    public List<float[]> embedAll(List<String> texts) {
        List<HashedKey<String>> keys = texts.stream().map(this::key).toList();
        Map<HashedKey<String>, float[]> vectors;
        try {
            vectors = cache.getAll(keys).orThrow();
        } catch (CacheLoadException e) {
            throw asThrown(e);
        }
        var all = new ArrayList<float[]>(keys.size());
        for (HashedKey<String> key : keys) {
            float[] vector = vectors.get(key);
            if (vector == null) {
                throw new IllegalStateException("an embedder must give a vector for each text, gave none for one");
            }
            all.add(vector.clone());
        }
        return all;
    }

    private Map<HashedKey<String>, float[]> load(Set<HashedKey<String>> keys) {
        List<HashedKey<String>> asked = List.copyOf(keys);
        List<float[]> vectors =
                embedder.embedAll(asked.stream().map(HashedKey::toLoad).toList());
        if (vectors.size() != asked.size()) {
            throw new IllegalStateException(
                    "an embedder must give " + asked.size() + " vectors for as many texts, gave " + vectors.size());
        }
        var loaded = new LinkedHashMap<HashedKey<String>, float[]>();
        for (int i = 0; i < asked.size(); i++) {
            loaded.put(asked.get(i), vectors.get(i).clone());
        }
        return loaded;
    }

    private HashedKey<String> key(String text) {
        return new HashedKey<>(HashedKey.hash(List.of(fingerprint, text)), text);
    }

    private static RuntimeException asThrown(CacheLoadException e) {
        return e.reason() == CacheEvent.Cause.THROWN && e.getCause() instanceof RuntimeException thrown ? thrown : e;
    }

    /** Forgets all vectors. */
    public Ack clear() {
        return cache.clear();
    }

    /** See {@link Cached#bypass}. */
    public void bypass(boolean on) {
        cache.bypass(on);
    }

    /** What happened so far. */
    public CacheStats stats() {
        return cache.stats();
    }

    /** How it is now. */
    public CacheHealth health() {
        return cache.health();
    }

    /** Four bytes a number, the highest first. */
    private static final class FloatsCodec implements ValueCodec<float[]> {

        @Override
        public byte[] encode(float[] vector) {
            var bytes = ByteBuffer.allocate(vector.length * Float.BYTES);
            bytes.asFloatBuffer().put(vector);
            return bytes.array();
        }

        @Override
        public float[] decode(byte[] bytes) {
            if (bytes.length % Float.BYTES != 0) {
                throw new IllegalArgumentException("a vector must have 4 bytes a number, had " + bytes.length);
            }
            var vector = new float[bytes.length / Float.BYTES];
            ByteBuffer.wrap(bytes).asFloatBuffer().get(vector);
            return vector;
        }
    }
}
