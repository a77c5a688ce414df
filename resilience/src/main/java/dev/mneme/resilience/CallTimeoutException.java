package dev.mneme.resilience;

import dev.mneme.MnemeException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** An attempt that gave no answer in its time; whether the target did the work is unknown. */
public final class CallTimeoutException extends MnemeException {

    private static final long serialVersionUID = 1;

    private final String target;
    private final Duration timeout;

    CallTimeoutException(String target, Duration timeout, @Nullable Throwable cause) {
        super(
                "call to '" + target + "' gave no answer within " + timeout + "; the target may still have done it",
                cause);
        this.target = target;
        this.timeout = timeout;
    }

    /** The name of the policy whose call it was. */
    public String target() {
        return target;
    }

    /** How long the attempt was given: the attempt timeout, or what was left of the deadline. */
    public Duration timeout() {
        return timeout;
    }
}
