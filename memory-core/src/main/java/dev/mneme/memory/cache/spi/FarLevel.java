package dev.mneme.memory.cache.spi;

import dev.mneme.ErasureReceipt;
import dev.mneme.Tenant;
import dev.mneme.memory.cache.Ack;
import dev.mneme.memory.cache.ValueCodec;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The level of a cache that all nodes share.
 *
 * <p>No method blocks, and none throws for a level that is away: its stage then ends with a {@link FarLevelException}.
 * Stages are completed on a thread of the level, on which no foreign code may run; whoever waits for one bounds the wait
 * itself. All methods are safe for use by many threads.
 *
 * <p>A far level answers the promise of the cache with these rules: only {@link #fill} under a lease writes values; an
 * invalidation drops the value of the key, its neighbours of the schemas beside it and their leases in one atomic step
 * and tells all nodes, through {@link Coherence}, in the same step; a call that may have been made is never sent again
 * where that could write or grant anything.
 */
public interface FarLevel extends AutoCloseable {

    /**
     * Reads keys in one round trip (in a cluster one for each slot group).
     *
     * @return an answer for each key, in order
     */
    CompletionStage<List<FarRead>> read(List<FarKey> keys);

    /**
     * Asks for the right to load and fill a key.
     *
     * <p>Loading must begin after the answer. If nobody takes the answer in time, the asker gives it back by
     * {@link #release}.
     *
     * @param leaseFor how long the lease lasts unless filled or released
     * @param unreadable the frame of a value found there that cannot be decoded and counts as missing; null if none
     */
    CompletionStage<LeaseAnswer> lease(FarKey key, LeaseMode mode, Duration leaseFor, @Nullable String unreadable);

    /**
     * Stores a value if the lease is still held, and ends the lease.
     *
     * @param payload null if it is known that the source has no value
     * @param ttl the time to live, counted from the grant of the lease
     * @param staleFor how long after that the value is kept for the case that its source fails; may be zero
     * @return whether it was stored
     */
    CompletionStage<Boolean> fill(FarKey key, String token, byte @Nullable [] payload, Duration ttl, Duration staleFor);

    /** Ends a lease without a value, if it is still held. Best effort. */
    CompletionStage<Void> release(FarKey key, String token);

    /**
     * Drops keys on every node. Ends normally in every case: what cannot be done now is queued, and the keys bypass the
     * far level from before the stage ends until it was done.
     *
     * @param keys of one cache
     * @param replicated whether a replica must have it before it counts as done
     */
    CompletionStage<Ack> invalidate(List<FarKey> keys, boolean replicated);

    /**
     * Drops all keys of a scope on every node; otherwise as {@link #invalidate}.
     *
     * @param schema the schema of the asking cache
     */
    CompletionStage<Ack> invalidateScope(Dropped scope, int schema, boolean replicated);

    /**
     * Erases what this level holds of an owner's keys, in all caches that name owners. Blocks; may take seconds.
     *
     * @throws FarLevelException if the level is away or cannot say that all is gone
     */
    ErasureReceipt erase(Tenant tenant);

    /** The codec for values of a type for which the user gave none. */
    <V> ValueCodec<V> codec(Type type);

    /** How the level is now; cheap, from memory. */
    State state();

    /**
     * How the far level is.
     *
     * @param reachable whether calls are let through now
     * @param queued invalidations that wait to be sent
     * @param trouble what is wrong, in one line without user data; empty if nothing is known to be
     */
    record State(boolean reachable, int queued, String trouble) {}

    /** Stops listening, gives what is queued a last try of at most a second, and lets go of what it owns. */
    @Override
    void close();
}
