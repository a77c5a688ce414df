package dev.mneme.bus;

import dev.mneme.MnemeException;
import org.jspecify.annotations.Nullable;

/** A task whose answer was asked for did not complete; the cause is what its handler threw, if it threw. */
public class TaskFailedException extends MnemeException {

    private static final long serialVersionUID = 1L;

    private final transient TaskStatus status;

    TaskFailedException(TaskStatus status, @Nullable Throwable cause) {
        super("the awaited task did not complete: " + status, cause);
        this.status = status;
    }

    /** What it ended in. */
    public TaskStatus status() {
        return status;
    }
}
