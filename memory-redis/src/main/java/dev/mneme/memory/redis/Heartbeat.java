package dev.mneme.memory.redis;

import dev.mneme.memory.cache.spi.FarKey;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one round of reads told of all buckets: their versions, and of each server its time and which process it is. */
final class Heartbeat {

    final long sentNanos;
    final @Nullable String[] versions = new @Nullable String[FarKey.BUCKETS];
    /** In ms; below zero if not told. */
    final long[] millis = new long[FarKey.BUCKETS];

    final String[] runIds = new String[FarKey.BUCKETS];

    Heartbeat(long sentNanos) {
        this.sentNanos = sentNanos;
        Arrays.fill(millis, -1);
        Arrays.fill(runIds, "");
    }

    /** A server that holds these buckets told of itself. */
    void server(int[] buckets, long millis, String runId) {
        for (int bucket : buckets) {
            this.millis[bucket] = millis;
            this.runIds[bucket] = runId;
        }
    }

    List<@Nullable String> versions() {
        return Arrays.asList(versions);
    }
}
