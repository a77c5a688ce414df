package dev.mneme.memory.cache;

import dev.mneme.MnemeException;

/** The source has no value for the key. To be told without an exception, ask by {@code getOptional} or {@code lookup}. */
public final class ValueAbsentException extends MnemeException {

    private static final long serialVersionUID = 1L;

    ValueAbsentException(String cache) {
        super("cache " + cache + ": the source has no value for this key");
    }
}
