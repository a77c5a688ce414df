package dev.mneme.memory.context;

import dev.mneme.MnemeException;
import org.jspecify.annotations.Nullable;

/** A context store that cannot be opened, read or written; the message names it and says what is safe to do. */
public class ContextStoreException extends MnemeException {

    public ContextStoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
