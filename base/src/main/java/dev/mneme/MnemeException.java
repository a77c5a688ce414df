package dev.mneme;

import org.jspecify.annotations.Nullable;

/**
 * The root of all failures that Mneme reports; unchecked.
 *
 * <p>A subclass exists only where a caller would act differently. Messages name what was tried, on what, what happened
 * and what the caller can do; they carry ids, never user text. Bad arguments are not among these: they are
 * {@link IllegalArgumentException} with the rule and the value found.
 */
public class MnemeException extends RuntimeException {

    public MnemeException(String message) {
        super(message);
    }

    public MnemeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
