package dev.mneme.memory.context.transfer;

import dev.mneme.memory.context.ContextStoreException;

/** The store is away, and the journal that keeps changes until it is back has no room: the change was not taken. */
public final class JournalFullException extends ContextStoreException {

    JournalFullException(String message) {
        super(message, null);
    }
}
