package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What an agent has done since it was registered, and what a task took lately. Used under the mailbox's lock, but for what
 * concerns rejections.
 */
final class Tally {

    private static final double WEIGHT_OF_NEWEST = 0.2;
    private static final long UNKNOWN_RUN_NANOS = 100_000_000;

    private volatile double runNanos = UNKNOWN_RUN_NANOS;
    /** Null until something was rejected, so that an idle agent is small. */
    private final AtomicReference<@Nullable Map<RejectReason, AtomicLong>> rejected = new AtomicReference<>();

    long accepted;
    long completed;
    long failed;
    long cancelled;
    long begun;
    long waitedNanos;
    long returned;
    long ranNanos;

    /** What a task took lately; a guess if none has ended. Without the lock. */
    double runNanos() {
        return runNanos;
    }

    /** What a task took lately; zero if none has ended. Without the lock. */
    long measuredRunNanos() {
        double nanos = runNanos;
        return nanos == UNKNOWN_RUN_NANOS ? 0 : (long) nanos;
    }

    /** Without the lock. */
    void rejected(RejectReason reason) {
        if (rejected.get() == null) {
            rejected.compareAndSet(null, zeros());
        }
        requireNonNull(requireNonNull(rejected.get()).get(reason)).incrementAndGet();
    }

    /** Without the lock. */
    Map<RejectReason, Long> rejections() {
        Map<RejectReason, AtomicLong> counts = rejected.get();
        Map<RejectReason, Long> all = new EnumMap<>(RejectReason.class);
        (counts == null ? zeros() : counts).forEach((reason, count) -> all.put(reason, count.get()));
        return all;
    }

    private static Map<RejectReason, AtomicLong> zeros() {
        Map<RejectReason, AtomicLong> zeros = new EnumMap<>(RejectReason.class);
        for (RejectReason reason : RejectReason.values()) {
            zeros.put(reason, new AtomicLong());
        }
        return zeros;
    }

    void begun(long waited) {
        begun++;
        waitedNanos += waited;
    }

    void returned(long took) {
        returned++;
        ranNanos += took;
        runNanos = runNanos == UNKNOWN_RUN_NANOS ? took : runNanos + WEIGHT_OF_NEWEST * (took - runNanos);
    }

    void ended(TaskState state) {
        switch (state) {
            case COMPLETED -> completed++;
            case FAILED -> failed++;
            case CANCELLED -> cancelled++;
            case QUEUED, RUNNING -> throw new IllegalStateException("no end: " + state);
        }
    }

    long ended() {
        return completed + failed + cancelled;
    }
}
