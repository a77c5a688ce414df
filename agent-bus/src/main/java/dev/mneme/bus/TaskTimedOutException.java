package dev.mneme.bus;

import dev.mneme.MnemeException;

/** A task's deadline passed before it ended. */
public class TaskTimedOutException extends MnemeException {

    private static final long serialVersionUID = 1L;

    private final String taskId;

    TaskTimedOutException(String taskId, String agent, int attempts) {
        super("task " + taskId + " of agent " + agent + " did not end before its deadline; attempts begun: "
                + attempts);
        this.taskId = taskId;
    }

    public String taskId() {
        return taskId;
    }
}
