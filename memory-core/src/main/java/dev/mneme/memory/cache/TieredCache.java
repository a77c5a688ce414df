package dev.mneme.memory.cache;

import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * A cache of two levels, filled by its loader alone: near values in this process, far ones shared by all nodes.
 *
 * <p>After {@link #invalidate} answered {@link Ack#DONE}, no read that begins later gets, from the far level or on this
 * node, a value whose load began before the call; on another node, none that begins over the staleness bound later,
 * whatever messages were lost and however long that node was paused. What a far level itself loses (a failover, a
 * restore) is bounded by the time to live, and the stale-on-error window after it. There is no way to put a value:
 * one that was read before an invalidation could not be told from one read after it.
 *
 * <p>Near values are shared by all readers and must be immutable. No method runs foreign code (loaders, codecs, key
 * functions) on a thread of the far level's client. The async twins of the reading methods run what has to wait on a
 * thread of the memory and complete there.
 *
 * <pre>{@code
 * TieredCache<UserId, Access> access = memory.cache("access-state", UserId.class, Access.class)
 *         .owner(UserId::tenant).ttl(ofSeconds(45)).nearTtl(ofSeconds(20)).whenDisconnected(LOADER)
 *         .loader(billing::loadAccess).build();
 * Access now = access.get(user);
 * access.invalidate(user).orThrow();      // after the payment was committed
 * }</pre>
 *
 * @param <K> the keys
 * @param <V> the values
 */
public interface TieredCache<K, V> extends Cached<K, V> {

    /** What the cache holds, without loading: the value if there is one that may be served. */
    Optional<V> find(K key);

    /** What the cache holds, without loading, and where and how fresh. */
    Lookup<V> lookup(K key);

    /**
     * Many values: what is near, then one round trip to the far level for the rest, then one bulk load for what is still
     * missing. A key that fails does not fail the others.
     */
    Batch<K, V> getAll(Collection<K> keys);

    /**
     * Loads a value anew and replaces what there is. Other nodes keep their near value until its time is over; to take
     * it from them, invalidate.
     *
     * @throws ValueAbsentException as {@link #get}
     * @throws CacheLoadException as {@link #get}
     */
    V refresh(K key);

    /**
     * Brings keys in, a hundred at a time, before they are asked for.
     *
     * @return how many of them have a value or are known to have none; failures are counted in the statistics
     */
    int warmUp(Collection<K> keys);

    CompletionStage<V> getAsync(K key);

    CompletionStage<Batch<K, V>> getAllAsync(Collection<K> keys);

    CompletionStage<V> refreshAsync(K key);

    CompletionStage<Ack> invalidateAsync(K key);

    /**
     * Tells a listener of what happens from now on, on a thread of the memory, one event after the other. If it lags by
     * more than a thousand events, the newest are left out.
     */
    void onEvent(Consumer<? super CacheEvent> listener);
}
