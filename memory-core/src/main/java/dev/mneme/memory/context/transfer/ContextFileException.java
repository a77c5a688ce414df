package dev.mneme.memory.context.transfer;

import dev.mneme.MnemeException;
import org.jspecify.annotations.Nullable;

/** A file of memories that cannot be written, read or understood; the message names the file and the line. */
public final class ContextFileException extends MnemeException {

    ContextFileException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
