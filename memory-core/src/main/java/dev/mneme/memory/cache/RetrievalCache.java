package dev.mneme.memory.cache;

import static java.time.Duration.ofMinutes;

import dev.mneme.KeyPath;
import dev.mneme.Tenant;
import dev.mneme.TypeRef;
import dev.mneme.memory.Memory;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A ready-made cache of what was retrieved for a question, by the hash (SHA-256) of its normalised text and parameters:
 * no question is stored.
 *
 * <p>Its name is {@value #NAME}. A result lives 5 min, or what {@code REDIS_TTL_RAG} says; a node that is cut off serves
 * what it has until then. What a retriever could not complete, it keeps from being stored by {@link
 * LoadContext#doNotStore()}. A change of a knowledge base forgets all that was retrieved from it:
 *
 * <pre>{@code
 * RetrievalCache<Passages> retrieval = RetrievalCache.shared(memory, TypeRef.of(Passages.class), (query, context) -> {
 *     Passages found = search.passages(query.knowledgeBase(), query.text());
 *     if (found.partial()) {
 *         context.doNotStore();
 *     }
 *     return found;
 * });
 * Passages passages = retrieval.get(RetrievalQuery.of("handbook", question));
 * retrieval.invalidateAll("handbook");       // after documents were added
 * }</pre>
 *
 * @param <R> what is retrieved; immutable
 */
public final class RetrievalCache<R> {

    /** The cache's name, by which it is found in statistics and switched off in {@code MNEME_BYPASS}. */
    public static final String NAME = "retrieval";

    private static final Duration TTL = ofMinutes(5);

    private final TieredCache<HashedKey<RetrievalQuery>, R> cache;

    private RetrievalCache(TieredCache<HashedKey<RetrievalQuery>, R> cache) {
        this.cache = cache;
    }

    /**
     * The cache of knowledge bases that each belong to someone.
     *
     * @param owner whose a knowledge base is, by its name; a pure function, also asked when an owner is erased
     * @param retriever searches; null if there is nothing to be had, which is not remembered
     */
    public static <R> RetrievalCache<R> on(
            Memory memory,
            TypeRef<R> results,
            Function<String, Tenant> owner,
            CacheLoader<? super RetrievalQuery, ? extends R> retriever) {
        return new RetrievalCache<>(builder(memory, results, retriever)
                .owner(key -> owner.apply(knowledgeBase(key)))
                .build());
    }

    /** The cache of knowledge bases that are the same for all users and hold nothing personal. */
    public static <R> RetrievalCache<R> shared(
            Memory memory, TypeRef<R> results, CacheLoader<? super RetrievalQuery, ? extends R> retriever) {
        return new RetrievalCache<>(builder(memory, results, retriever).shared().build());
    }

    private static <R> CacheBuilder<HashedKey<RetrievalQuery>, R> builder(
            Memory memory, TypeRef<R> results, CacheLoader<? super RetrievalQuery, ? extends R> retriever) {
        CacheBuilder<HashedKey<RetrievalQuery>, R> builder = memory.cache(
                        NAME, new TypeRef<HashedKey<RetrievalQuery>>() {}, results)
                .keyCodec(HashedKey.codec())
                .scope(key -> KeyPath.encode(knowledgeBase(key)))
                .usualTtl(TTL)
                .loader((key, context) -> retrieve(retriever, key, context));
        return builder.whenDisconnected(WhenDisconnected.stale(builder.ttl));
    }

    private static <R> @Nullable R retrieve(
            CacheLoader<? super RetrievalQuery, ? extends R> retriever,
            HashedKey<RetrievalQuery> key,
            LoadContext context)
            throws Exception {
        return retriever.load(key.toLoad(), context);
    }

    private static HashedKey<RetrievalQuery> key(RetrievalQuery query) {
        return new HashedKey<>(KeyPath.join(query.knowledgeBase(), query.hash()), query);
    }

    private static String knowledgeBase(HashedKey<RetrievalQuery> key) {
        return KeyPath.split(key.hash()).get(0);
    }

    /**
     * What is retrieved for a query, remembered or now; see {@link Cached#get}.
     *
     * @throws ValueAbsentException if the retriever gave null
     * @throws CacheLoadException if it threw or took too long
     */
    public R get(RetrievalQuery query) {
        return cache.get(key(query));
    }

    /** As {@link #get}, and empty if the retriever gave null. */
    public Optional<R> getOptional(RetrievalQuery query) {
        return cache.getOptional(key(query));
    }

    /** Forgets what was retrieved for one query. */
    public Ack invalidate(RetrievalQuery query) {
        return cache.invalidate(key(query));
    }

    /** Forgets all that was retrieved from a knowledge base, at the cost of a single key. */
    public Ack invalidateAll(String knowledgeBase) {
        RetrievalQuery.checkName(knowledgeBase);
        return cache.invalidateScope(KeyPath.encode(knowledgeBase));
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
}
