package dev.mneme.bus;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The plans of a bus that have not ended, and how many nodes they may have together. */
final class RunningPlans {

    static final int DEFAULT_MAX_NODES = 100_000;
    private static final long FULL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final int maxNodes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<PlanRun> running = new LinkedHashSet<>();
    private int nodes;
    private boolean closed;

    RunningPlans(int maxNodes) {
        this.maxNodes = maxNodes;
    }

    /** Null if it was taken; it counts until it ends. */
    Submission.@Nullable Rejected<PlanResult> add(PlanRun run, int size) {
        lock.lock();
        try {
            if (closed) {
                return Rejections.of(RejectReason.DRAINING, 0);
            }
            if (size > maxNodes - nodes) {
                return Rejections.of(RejectReason.QUEUE_FULL, FULL_NANOS);
            }
            nodes += size;
            running.add(run);
        } finally {
            lock.unlock();
        }
        run.outcome().thenAccept(outcome -> remove(run, size));
        return null;
    }

    int size() {
        lock.lock();
        try {
            return running.size();
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more of them; answers those there are. */
    List<PlanRun> close() {
        lock.lock();
        try {
            closed = true;
            return List.copyOf(running);
        } finally {
            lock.unlock();
        }
    }

    private void remove(PlanRun run, int size) {
        lock.lock();
        try {
            if (running.remove(run)) {
                nodes -= size;
            }
        } finally {
            lock.unlock();
        }
    }
}
