package dev.mneme.memory.cache;

import java.time.Duration;

/**
 * How a cache is now.
 *
 * @param connected whether the far level lets calls through; always true in a memory without one
 * @param untrustedBuckets how many of the 64 parts of the near level may not be served, since nothing was heard for
 *     longer than the bound
 * @param stalenessBound how long after an invalidation another node may serve the old value; zero in a memory without a
 *     far level
 * @param queuedInvalidations invalidations of all caches of this node that wait for the far level
 * @param bypassed whether the cache is switched off
 * @param trouble what is wrong with the far level, in one line; empty if nothing is known to be
 */
public record CacheHealth(
        boolean connected,
        int untrustedBuckets,
        Duration stalenessBound,
        int queuedInvalidations,
        boolean bypassed,
        String trouble) {}
