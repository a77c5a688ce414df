package dev.mneme.memory.cache;

import java.util.concurrent.atomic.LongAdder;

/** What a cache counts. */
final class CacheCounters {

    final LongAdder nearHits = new LongAdder();
    final LongAdder farHits = new LongAdder();
    final LongAdder loads = new LongAdder();
    final LongAdder failedLoads = new LongAdder();
    final LongAdder staleHits = new LongAdder();
    final LongAdder joined = new LongAdder();
    final LongAdder unreadable = new LongAdder();
    final LongAdder refusedFills = new LongAdder();
    final LongAdder farFailures = new LongAdder();
    final LongAdder invalidations = new LongAdder();
    final LongAdder pending = new LongAdder();

    CacheStats stats(long nearEntries) {
        return new CacheStats(
                nearHits.sum(),
                farHits.sum(),
                loads.sum(),
                failedLoads.sum(),
                staleHits.sum(),
                joined.sum(),
                unreadable.sum(),
                refusedFills.sum(),
                farFailures.sum(),
                invalidations.sum(),
                pending.sum(),
                nearEntries);
    }
}
