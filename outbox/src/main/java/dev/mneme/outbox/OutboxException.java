package dev.mneme.outbox;

import dev.mneme.MnemeException;
import org.jspecify.annotations.Nullable;

/** The database did not do what the outbox asked of it; what that means for the caller is in the message. */
public class OutboxException extends MnemeException {

    private static final long serialVersionUID = 1;

    OutboxException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
