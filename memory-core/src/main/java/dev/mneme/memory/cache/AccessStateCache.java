package dev.mneme.memory.cache;

import static java.time.Duration.ofSeconds;

import dev.mneme.Tenant;
import dev.mneme.memory.Memory;
import java.time.Duration;
import java.util.function.Function;

/**
 * A ready-made cache of what each user may do: for the check that runs on every message, in front of the database that
 * knows who has paid.
 *
 * <p>Its name is {@value #NAME}. A value lives 45 s on all nodes, or what {@code REDIS_TTL_ACCESS_STATE} says, and is
 * served for up to 20 s of them from the near level; that a user is unknown is remembered for 10 s. A node that cannot
 * hear of invalidations asks the database; nothing is served past its time, even if the database is down. Invalidate
 * after the payment was committed:
 *
 * <pre>{@code
 * TieredCache<UserId, Access> access =
 *         AccessStateCache.on(memory, UserId.class, Access.class, UserId::tenant, billing::loadAccess);
 * Ack ack = access.invalidate(user);
 * }</pre>
 */
public final class AccessStateCache {

    /** The cache's name, by which it is found in statistics and switched off in {@code MNEME_BYPASS}. */
    public static final String NAME = "access-state";

    private static final Duration TTL = ofSeconds(45);
    private static final Duration NEAR_TTL = ofSeconds(20);
    private static final Duration NEGATIVE_TTL = ofSeconds(10);

    private AccessStateCache() {}

    /**
     * The cache with its defaults.
     *
     * @param owner whose access it is
     * @param loader asks the database; null for a user that is unknown
     * @throws IllegalStateException if the memory has it already
     */
    public static <U, A> TieredCache<U, A> on(
            Memory memory,
            Class<U> users,
            Class<A> accesses,
            Function<? super U, Tenant> owner,
            Source<? super U, ? extends A> loader) {
        return builder(memory, users, accesses, owner).loader(loader).build();
    }

    /** The cache's settings with its defaults, to change some or add a bulk loader; needs a loader. */
    public static <U, A> CacheBuilder<U, A> builder(
            Memory memory, Class<U> users, Class<A> accesses, Function<? super U, Tenant> owner) {
        CacheBuilder<U, A> builder =
                memory.cache(NAME, users, accesses).owner(owner).usualTtl(TTL);
        return builder.nearTtl(shorter(NEAR_TTL, builder.ttl))
                .negativeTtl(shorter(NEGATIVE_TTL, builder.ttl))
                .whenDisconnected(WhenDisconnected.LOADER);
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
