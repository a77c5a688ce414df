package dev.mneme.resilience;

import org.jspecify.annotations.Nullable;

/** What a thread is in the middle of: under which deadline, and whether an outer retry would repeat what fails here. */
final class CallContext {

    private static final ThreadLocal<@Nullable CallContext> BOUND = new ThreadLocal<>();
    private static final CallContext NONE = new CallContext(null, false);

    final @Nullable Deadline deadline;
    final boolean retried;

    private CallContext(@Nullable Deadline deadline, boolean retried) {
        this.deadline = deadline;
        this.retried = retried;
    }

    static CallContext current() {
        CallContext bound = BOUND.get();
        return bound == null ? NONE : bound;
    }

    CallContext withDeadline(@Nullable Deadline other) {
        Deadline smaller = Deadline.earlier(deadline, other);
        return smaller == deadline ? this : new CallContext(smaller, retried);
    }

    CallContext underRetry() {
        return retried ? this : new CallContext(deadline, true);
    }

    /** Binds this to the calling thread; what was bound must be restored, in a finally. */
    void bind() {
        // null instead of NONE, so that a pooled thread does not keep our classes alive
        BOUND.set(this == NONE ? null : this);
    }
}
