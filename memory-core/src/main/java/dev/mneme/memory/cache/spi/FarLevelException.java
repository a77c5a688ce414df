package dev.mneme.memory.cache.spi;

import dev.mneme.MnemeException;
import org.jspecify.annotations.Nullable;

/** The far level is away, refused a call, or did not answer in time. Users of a cache never see it: a cache answers. */
public final class FarLevelException extends MnemeException {

    private static final long serialVersionUID = 1L;

    public FarLevelException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
