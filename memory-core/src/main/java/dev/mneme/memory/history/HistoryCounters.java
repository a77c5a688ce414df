package dev.mneme.memory.history;

import java.util.concurrent.atomic.LongAdder;

/** What a history counts. */
final class HistoryCounters {

    final LongAdder hits = new LongAdder();
    final LongAdder loads = new LongAdder();
    final LongAdder failedLoads = new LongAdder();
    final LongAdder stored = new LongAdder();
    final LongAdder repeated = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder forgotten = new LongAdder();
    final LongAdder storeFailures = new LongAdder();
    final LongAdder evicted = new LongAdder();

    HistoryStats stats(long pending, long conversationsHere) {
        return new HistoryStats(
                hits.sum(),
                loads.sum(),
                failedLoads.sum(),
                stored.sum(),
                repeated.sum(),
                refused.sum(),
                forgotten.sum(),
                storeFailures.sum(),
                pending,
                conversationsHere,
                evicted.sum());
    }
}
