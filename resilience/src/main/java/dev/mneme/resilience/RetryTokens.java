package dev.mneme.resilience;

import java.util.concurrent.atomic.AtomicLong;

/** A budget's savings, in thousandths of a retry. */
final class RetryTokens {

    private static final long ONE = 1_000;

    private final long earnedByACall;
    private final long most;
    private final AtomicLong saved;

    RetryTokens(RetryBudget budget) {
        earnedByACall = Math.round(budget.ratio() * ONE);
        most = budget.burst() * ONE;
        saved = new AtomicLong(most);
    }

    void earn() {
        long before = saved.get();
        while (before < most && !saved.compareAndSet(before, Math.min(most, before + earnedByACall))) {
            before = saved.get();
        }
    }

    boolean trySpend() {
        long before = saved.get();
        while (before >= ONE) {
            if (saved.compareAndSet(before, before - ONE)) {
                return true;
            }
            before = saved.get();
        }
        return false;
    }
}
