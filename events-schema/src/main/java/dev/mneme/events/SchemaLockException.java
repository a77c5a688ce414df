package dev.mneme.events;

import dev.mneme.MnemeException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says how a registry differs from what its lock file holds, or why the two cannot be compared. */
public final class SchemaLockException extends MnemeException {

    private final transient List<SchemaChange> changes;

    SchemaLockException(String message, List<SchemaChange> changes) {
        super(message);
        this.changes = List.copyOf(changes);
    }

    SchemaLockException(String message, @Nullable Throwable cause) {
        super(message, cause);
        this.changes = List.of();
    }

    /** All that was found, the harmless too; empty if nothing could be compared. */
    public List<SchemaChange> changes() {
        return changes;
    }
}
