package dev.mneme.memory.coordination;

import dev.mneme.MnemeException;

/** A lock was not got within the time its caller would wait. */
public final class LockNotAcquiredException extends MnemeException {

    private static final long serialVersionUID = 1L;

    /** Why a lock was not got. */
    public enum Reason {
        /** Another holds it. */
        HELD,
        /** The server that knows could not be asked. */
        UNREACHABLE,
        /** The thread was interrupted while it waited, and still is. */
        INTERRUPTED
    }

    private final Reason reason;

    LockNotAcquiredException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
