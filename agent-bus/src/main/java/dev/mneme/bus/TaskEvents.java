package dev.mneme.bus;

import static java.util.Locale.ROOT;

import dev.mneme.events.Event;
import dev.mneme.events.agent.TaskCancelledV1;
import dev.mneme.events.agent.TaskCancelledV1.CancelledBy;
import dev.mneme.events.agent.TaskCompletedV1;
import dev.mneme.events.agent.TaskFailedV1;
import dev.mneme.events.agent.TaskProgressV1;
import dev.mneme.events.agent.TaskStartedV1;
import dev.mneme.resilience.Classifier;
import dev.mneme.resilience.ErrorClass;
import java.time.Duration;
import java.util.function.Supplier;

/** What happens to a task, in the words of the vocabulary of events. Each is made by the thread that calls the supplier. */
final class TaskEvents {

    private static final Classifier CLASSIFIER = Classifier.standard();

    private TaskEvents() {}

    static Supplier<Event> started(String task, String agent, int attempt) {
        return () -> new TaskStartedV1(task, agent, attempt);
    }

    static Supplier<Event> progressed(String task, Progress progress) {
        return () -> new TaskProgressV1(task, (int) Math.floor(progress.fraction() * 100), progress.stage());
    }

    /** What an agent answered is in no event. */
    static Supplier<Event> ended(String task, Outcome<?> outcome, Duration took, int attempts) {
        return () -> outcome.<Event>fold(
                completed -> new TaskCompletedV1(task, took, null),
                failed -> failed(task, failed, attempts),
                cancelled -> new TaskCancelledV1(task, by(cancelled.detail())));
    }

    private static Event failed(String task, Outcome.Failed<?> failed, int attempts) {
        if (failed.detail() != TaskDetail.HANDLER_FAILED) {
            boolean late = failed.detail() == TaskDetail.TIMED_OUT;
            return new TaskFailedV1(task, failed.detail().name().toLowerCase(ROOT), attempts, late);
        }
        ErrorClass kind = CLASSIFIER.classify(failed.cause()).errorClass();
        return new TaskFailedV1(task, kind.name().toLowerCase(ROOT), attempts, kind.retryHere());
    }

    private static CancelledBy by(TaskDetail detail) {
        return switch (detail) {
            case WITH_PARENT -> CancelledBy.DEPENDENCY;
            case SHUTDOWN -> CancelledBy.SHUTDOWN;
            default -> CancelledBy.USER;
        };
    }
}
