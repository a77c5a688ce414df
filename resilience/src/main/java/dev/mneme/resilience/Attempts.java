package dev.mneme.resilience;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of one call, counted: after each failure it says whether to try again, and when.
 *
 * <p>For those who wait on their own, such as a queue that puts a failed task back; {@link Retry#call} and {@link
 * Retry#callAsync} use one of these themselves. Belongs to one call: not for use by several threads at once, though they
 * may hand it on.
 */
public final class Attempts {

    private static final long GIVE_UP = -1;

    private final Retry retry;
    private final int maxAttempts;
    private final @Nullable Deadline deadline;
    private int made;
    private @Nullable Exception lastReal;

    Attempts(Retry retry, int maxAttempts, @Nullable Deadline deadline) {
        this.retry = retry;
        this.maxAttempts = maxAttempts;
        this.deadline = deadline;
    }

    /** How many attempts have failed. */
    public int failed() {
        return made;
    }

    /**
     * Takes note of a failed attempt.
     *
     * @return how long to wait before the next one; empty if there must be none, and the failure is final
     */
    public Optional<Duration> waitAfter(Exception failure) {
        long nanos = nanosAfter(failure);
        return nanos == GIVE_UP ? Optional.empty() : Optional.of(Duration.ofNanos(nanos));
    }

    /** The wait before the next attempt; negative if there must be none. */
    long nanosAfter(Exception failure) {
        made++;
        Fault fault = retry.classify(failure);
        if (fault.made() || lastReal == null) {
            lastReal = failure;
        }
        if (made >= maxAttempts || !fault.retryHere() || retry.isRefusing()) {
            return GIVE_UP;
        }
        long wait = retry.waitNanos(made, fault);
        if (wait < 0 || (deadline != null && deadline.remainingNanos() <= wait)) {
            return GIVE_UP;
        }
        return retry.trySpend() ? wait : GIVE_UP;
    }

    /** What the call failed with: a retry that was refused on this side does not hide why it was needed. */
    Exception verdict(Exception last) {
        return lastReal == null ? last : lastReal;
    }
}
