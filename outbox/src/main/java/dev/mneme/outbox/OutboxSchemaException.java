package dev.mneme.outbox;

/** The database has no outbox, or one of another version, or is set up so that an outbox would lose events. */
public final class OutboxSchemaException extends OutboxException {

    private static final long serialVersionUID = 1;

    OutboxSchemaException(String message) {
        super(message, null);
    }
}
