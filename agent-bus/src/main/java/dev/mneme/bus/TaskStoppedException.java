package dev.mneme.bus;

import dev.mneme.MnemeException;

/**
 * The calling task has ended already (it was cancelled, or its deadline passed), or its thread was interrupted: the
 * handler should return.
 */
public class TaskStoppedException extends MnemeException {

    private static final long serialVersionUID = 1L;

    TaskStoppedException(String message) {
        super(message);
    }
}
