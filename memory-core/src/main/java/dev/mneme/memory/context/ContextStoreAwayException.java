package dev.mneme.memory.context;

import org.jspecify.annotations.Nullable;

/**
 * A context store whose server cannot be reached now, or does not answer in time: the same call may well succeed later. What
 * became of a change is said in the message, and may be unknown; repeating it is safe, see {@link AgentContext}.
 */
public final class ContextStoreAwayException extends ContextStoreException {

    public ContextStoreAwayException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
