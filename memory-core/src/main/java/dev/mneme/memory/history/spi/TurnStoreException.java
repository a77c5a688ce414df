package dev.mneme.memory.history.spi;

import dev.mneme.MnemeException;

/** The shared level of a history was away, or did not answer in time; the message says why, without keys. */
public final class TurnStoreException extends MnemeException {

    private static final long serialVersionUID = 1L;

    public TurnStoreException(String message) {
        super(message);
    }
}
