package dev.mneme.memory.cache;

import dev.mneme.MnemeException;
import org.jspecify.annotations.Nullable;

/** A value could neither be found nor loaded, and nothing stale may stand in for it. What the loader threw is the cause. */
public final class CacheLoadException extends MnemeException {

    private static final long serialVersionUID = 1L;

    private final CacheEvent.Cause reason;

    CacheLoadException(String message, CacheEvent.Cause reason, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** Why. */
    public CacheEvent.Cause reason() {
        return reason;
    }
}
