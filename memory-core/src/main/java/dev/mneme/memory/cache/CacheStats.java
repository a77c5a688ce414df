package dev.mneme.memory.cache;

/**
 * What a cache did since it was built; counts only grow. Read one after the other, so they may be apart by a few.
 *
 * @param nearHits reads answered by the near level, absent values included
 * @param farHits reads answered by the far level
 * @param loads loads that gave a value or an absence
 * @param failedLoads loads that failed or were given up
 * @param staleHits reads answered by a value past its time, because a load failed or was slow or nothing could be heard
 * @param joined reads that waited for a load that was under way
 * @param unreadable far values that could not be decoded
 * @param refusedFills loaded values that were not stored because their lease was gone
 * @param farFailures calls of the far level that failed or took too long
 * @param invalidations keys and scopes invalidated by this node
 * @param pending of those, how many could not be done at once
 * @param nearEntries how many values the near level holds about now
 */
public record CacheStats(
        long nearHits,
        long farHits,
        long loads,
        long failedLoads,
        long staleHits,
        long joined,
        long unreadable,
        long refusedFills,
        long farFailures,
        long invalidations,
        long pending,
        long nearEntries) {

    /** Reads that needed no load, from 0 to 1; 1 if there were none at all. */
    public double hitRate() {
        long hits = nearHits + farHits;
        long all = hits + loads + failedLoads;
        return all == 0 ? 1 : (double) hits / all;
    }
}
