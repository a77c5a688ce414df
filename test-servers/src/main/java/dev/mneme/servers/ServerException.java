package dev.mneme.servers;

import dev.mneme.MnemeException;
import org.jspecify.annotations.Nullable;

/** A server for tests that could not be started or reached, or did not do what it was told in time. */
public final class ServerException extends MnemeException {

    private static final long serialVersionUID = 1;

    public ServerException(String message) {
        super(message);
    }

    public ServerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
