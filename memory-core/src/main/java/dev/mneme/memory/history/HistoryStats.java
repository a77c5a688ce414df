package dev.mneme.memory.history;

/**
 * What a history did since it was built. Read one after the other, so they may be apart by a few.
 *
 * @param hits reads that needed no load
 * @param loads reads for which the loader was asked and answered
 * @param failedLoads loads that failed
 * @param stored turns the shared level took
 * @param repeated turns it had already
 * @param refused turns not kept, because too many waited
 * @param forgotten turns that were cleared, erased or past their time while they waited
 * @param storeFailures calls of the shared level that were refused, failed or took too long
 * @param pending turns that wait in this process now
 * @param conversationsHere conversations in this process about now: those under {@code Privacy.NONE}, and in a memory of
 *     one process the others too
 * @param evicted conversations this process gave up because it held too many
 */
public record HistoryStats(
        long hits,
        long loads,
        long failedLoads,
        long stored,
        long repeated,
        long refused,
        long forgotten,
        long storeFailures,
        long pending,
        long conversationsHere,
        long evicted) {}
