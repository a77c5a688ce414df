package dev.mneme.resilience;

import dev.mneme.MnemeException;
import java.time.Duration;

/**
 * A call that was not made: nothing was sent to the target.
 *
 * <p>It carries no stack trace, since an open breaker may refuse many thousand calls a second.
 */
public final class CallRefusedException extends MnemeException {

    private static final long serialVersionUID = 1;

    /** Why a call was not made. */
    public enum Reason {
        /** The target's breaker is open, or half-open with its one probe under way. */
        BREAKER_OPEN("its breaker is open"),
        /** As many calls as allowed are running, and no place came free in the time a caller may wait. */
        BULKHEAD_FULL("too many calls are running"),
        /** The rate limit of the policy refused it. */
        RATE_LIMITED("its rate limit is used up"),
        /** The deadline was over before the first attempt. */
        DEADLINE_PASSED("the deadline has passed"),
        /** The thread was interrupted while it waited for its turn; its interrupt flag is set. */
        INTERRUPTED("the waiting thread was interrupted");

        private final String words;

        Reason(String words) {
            this.words = words;
        }
    }

    private final String target;
    private final Reason reason;
    private final long retryAfterNanos;

    CallRefusedException(String target, Reason reason, long retryAfterNanos) {
        super("call not made");
        this.target = target;
        this.reason = reason;
        this.retryAfterNanos = Math.max(0, retryAfterNanos);
    }

    /** The name of the policy or breaker that refused. */
    public String target() {
        return target;
    }

    public Reason reason() {
        return reason;
    }

    /** How long to wait before another try makes sense; zero if nobody can say. */
    public Duration retryAfter() {
        return Duration.ofNanos(retryAfterNanos);
    }

    @Override
    public String getMessage() {
        String message = "call to '" + target + "' was not made: " + reason.words;
        return retryAfterNanos == 0 ? message : message + "; try again in " + retryAfter();
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized")
    public Throwable fillInStackTrace() {
        return this;
    }
}
