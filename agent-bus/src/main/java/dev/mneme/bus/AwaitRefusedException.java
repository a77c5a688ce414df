package dev.mneme.bus;

import dev.mneme.MnemeException;

/**
 * A handler may not wait for another task now: the two would wait for each other for ever, or too many handlers wait
 * already on a pool of threads. Thrown at once, without waiting; the task awaited goes on.
 */
public class AwaitRefusedException extends MnemeException {

    private static final long serialVersionUID = 1L;

    AwaitRefusedException(String message) {
        super(message);
    }
}
