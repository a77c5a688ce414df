package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

/** Where a task is on its way, in one of five words and a detail. */
public record TaskStatus(TaskState state, TaskDetail detail) {

    static final TaskStatus QUEUED = new TaskStatus(TaskState.QUEUED, TaskDetail.NONE);
    static final TaskStatus PARKED = new TaskStatus(TaskState.QUEUED, TaskDetail.PARKED);
    static final TaskStatus BEHIND_KEY = new TaskStatus(TaskState.QUEUED, TaskDetail.BEHIND_KEY);
    static final TaskStatus BACKING_OFF = new TaskStatus(TaskState.QUEUED, TaskDetail.BACKING_OFF);
    static final TaskStatus RUNNING = new TaskStatus(TaskState.RUNNING, TaskDetail.NONE);
    static final TaskStatus AWAITING = new TaskStatus(TaskState.RUNNING, TaskDetail.AWAITING);
    static final TaskStatus WAITING_FOR_APPROVAL = new TaskStatus(TaskState.QUEUED, TaskDetail.WAITING_FOR_APPROVAL);
    static final TaskStatus RUNNING_TO_BE_APPROVED = new TaskStatus(TaskState.RUNNING, TaskDetail.WAITING_FOR_APPROVAL);
    static final TaskStatus COMPLETED = new TaskStatus(TaskState.COMPLETED, TaskDetail.NONE);
    static final TaskStatus HANDLER_FAILED = new TaskStatus(TaskState.FAILED, TaskDetail.HANDLER_FAILED);
    static final TaskStatus TIMED_OUT = new TaskStatus(TaskState.FAILED, TaskDetail.TIMED_OUT);

    public TaskStatus {
        requireNonNull(state, "state");
        requireNonNull(detail, "detail");
    }

    public boolean isFinal() {
        return state.isFinal();
    }

    @Override
    public String toString() {
        return detail == TaskDetail.NONE ? state.name() : state + " (" + detail + ")";
    }
}
