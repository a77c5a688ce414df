package dev.mneme.bus;

import java.util.List;

/**
 * What a drain left.
 *
 * @param finished tasks that ended by themselves since it began
 * @param unfinished tasks that had not ended when the time was over, and were cancelled
 * @param stillRunning handlers that had not returned when this was written, though told to stop; zombies included
 */
public record DrainReport(long finished, List<Unfinished> unfinished, int stillRunning) {

    public DrainReport {
        unfinished = List.copyOf(unfinished);
    }

    /** Whether every task ended by itself, and every handler returned. */
    public boolean isClean() {
        return unfinished.isEmpty() && stillRunning == 0;
    }

    /**
     * A task that did not end in time.
     *
     * @param status where it was when it was cancelled
     */
    public record Unfinished(String agent, String taskId, TaskStatus status) {}
}
