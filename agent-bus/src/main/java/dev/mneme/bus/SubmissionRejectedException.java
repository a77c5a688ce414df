package dev.mneme.bus;

import dev.mneme.MnemeException;
import java.time.Duration;

/** A task was not accepted, and who submitted it asked for an exception in that case. */
public class SubmissionRejectedException extends MnemeException {

    private static final long serialVersionUID = 1L;

    private final RejectReason reason;
    private final Duration retryAfter;

    SubmissionRejectedException(RejectReason reason, Duration retryAfter) {
        super("the task was not accepted: " + reason
                + (retryAfter.isZero() ? "" : "; there may be room after " + retryAfter));
        this.reason = reason;
        this.retryAfter = retryAfter;
    }

    public RejectReason reason() {
        return reason;
    }

    /** See {@link Submission.Rejected#retryAfter()}. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
