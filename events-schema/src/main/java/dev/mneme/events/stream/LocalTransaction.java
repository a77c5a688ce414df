package dev.mneme.events.stream;

import java.util.ArrayList;
import java.util.List;

/**
 * A unit of work within this process: what is to happen if, and only if, the work succeeds.
 *
 * <p>For the thread that does the work, and no longer than it.
 */
public final class LocalTransaction {

    private final List<Runnable> actions = new ArrayList<>();

    LocalTransaction() {}

    /**
     * Has the action run after the work returned, on its thread, after those that were given before; it should not
     * throw. If the work throws, no action runs.
     */
    public void afterCommit(Runnable action) {
        actions.add(action);
    }

    void commit() {
        actions.forEach(Runnable::run);
    }
}
