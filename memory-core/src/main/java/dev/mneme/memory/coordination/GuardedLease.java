package dev.mneme.memory.coordination;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The lease of a request: gives also the place within this process free, once, whether or not the lease was lost. */
final class GuardedLease implements Lease {

    private final @Nullable Lease lease;
    private final Runnable leave;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * @param lease null for a request that only this process knows of
     */
    GuardedLease(@Nullable Lease lease, Runnable leave) {
        this.lease = lease;
        this.leave = leave;
    }

    @Override
    public long fencingToken() {
        return lease == null ? 0 : lease.fencingToken();
    }

    @Override
    public boolean isHeld() {
        return lease == null ? !closed.get() : lease.isHeld();
    }

    @Override
    public void onLoss(Runnable action) {
        if (lease != null) {
            lease.onLoss(action);
        }
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            if (lease != null) {
                lease.close();
            }
        } finally {
            leave.run();
        }
    }
}
