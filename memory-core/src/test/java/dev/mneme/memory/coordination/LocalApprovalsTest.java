package dev.mneme.memory.coordination;

import dev.mneme.memory.coordination.spi.CoordinationStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** The approvals of one process, whose time is moved. */
class LocalApprovalsTest extends ApprovalStoreContract {

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 500_000_000L);
    private CoordinationStore store = new LocalCoordinationStore(nanos::get, InstantSource.system());
    private ApprovalLimits limits = ApprovalLimits.defaults();

    @Override
    protected ApprovalStore store(ApprovalLimits limits) {
        if (!limits.equals(this.limits)) {
            this.limits = limits;
            store = new LocalCoordinationStore(nanos::get, InstantSource.system());
        }
        return store.approvals(limits);
    }

    @Override
    protected void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Override
    protected int races() {
        return Boolean.getBoolean("mneme.long") ? 100_000 : 10_000;
    }
}
