package dev.mneme.bus;

import dev.mneme.SessionKey;
import dev.mneme.bus.ContextCarrier.Captured;
import dev.mneme.bus.Parts.Trace;
import dev.mneme.resilience.Attempts;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** An accepted task. What is not final or volatile here is read and written under its mailbox's lock only. */
final class TaskCell<I, O extends @Nullable Object> implements TaskHandle<O> {

    final Mailbox mailbox;
    final AgentSpec<I, O> spec;
    final Submit submit;
    final long number;
    final long deadlineNanos;
    final Captured context;
    private final Origin origin;
    private final CompletableFuture<Outcome<O>> outcome = new CompletableFuture<>();

    volatile TaskStatus status = TaskStatus.QUEUED;
    volatile @Nullable Progress progress;
    /** What it waits for, if its slot is lent. */
    volatile @Nullable TaskHandle<?> awaiting;
    /** Where it stands in its key's order. */
    volatile @Nullable KeyLine line;

    /** The queue it stands in, and its neighbours there. */
    @Nullable
    CellList list;

    @Nullable
    TaskCell<?, ?> before;

    @Nullable
    TaskCell<?, ?> behind;

    /** Null once it has ended: who keeps the handle does not keep the input. */
    @Nullable
    I input;

    /** The attempt whose handler has not returned; also when the task has ended meanwhile. */
    @Nullable
    Attempt<I, O> running;

    int attempts;
    long queuedAtNanos;
    /** When its first attempt got its slot. */
    private long startedNanos;

    Timers.@Nullable Entry deadline;
    /** Ends the wait for the next attempt, or for a handler to return. */
    Timers.@Nullable Entry later;

    private @Nullable Set<TaskCell<?, ?>> children;

    /** Used by the thread of the attempt that runs, handed on to the next by the lock. */
    @Nullable
    Attempts retries;

    TaskCell(
            Mailbox mailbox,
            AgentSpec<I, O> spec,
            I input,
            Submit submit,
            long number,
            long deadlineNanos,
            Captured context,
            Origin origin) {
        this.mailbox = mailbox;
        this.spec = spec;
        this.input = input;
        this.submit = submit;
        this.number = number;
        this.deadlineNanos = deadlineNanos;
        this.context = context;
        this.origin = origin;
    }

    @Override
    public String id() {
        return mailbox.parts().ids().id(number);
    }

    @Override
    public String agent() {
        return spec.name;
    }

    @Override
    public TaskStatus status() {
        return status;
    }

    @Override
    public Optional<Progress> progress() {
        return Optional.ofNullable(progress);
    }

    @Override
    public boolean cancel() {
        return mailbox.cancel(this, TaskDetail.BY_CALLER);
    }

    @Override
    public CompletionStage<Outcome<O>> outcome() {
        return outcome.minimalCompletionStage();
    }

    @Override
    public Optional<Outcome<O>> awaitOutcome(Duration timeout) {
        Limits.notNegative("timeout", timeout);
        if (outcome.isDone() || mailbox.parts().dispatcher().await(outcome, timeout.toNanos())) {
            return Optional.ofNullable(outcome.getNow(null));
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return "Task " + id() + " of " + spec.name + ": " + status;
    }

    boolean isFinal() {
        return status.isFinal();
    }

    // ---- under the lock

    /** The one place where a task ends. False if it had ended. */
    boolean end(Outcome<O> result, After after) {
        if (isFinal()) {
            return false;
        }
        mailbox.waiting.leave(this);
        bury(result, after);
        status = result.status();
        mailbox.tally.ended(status.state());
        input = null;
        cancel(deadline);
        cancelLater();
        mailbox.forget(this);
        noteStatus();
        if (running == null) {
            mailbox.waiting.passKey(this);
        } else {
            mailbox.slots.stop(running, after);
        }
        leaveFamily(after);
        tellEnd(result, after);
        after.then(() -> outcome.complete(result));
        return true;
    }

    void timeOut(After after) {
        if (!isFinal()) {
            var cause = new TaskTimedOutException(id(), spec.name, attempts);
            end(new Outcome.Failed<>(TaskDetail.TIMED_OUT, cause), after);
        }
    }

    boolean callOff(TaskDetail detail, After after) {
        return end(new Outcome.Cancelled<>(detail), after);
    }

    boolean isLate() {
        return deadlineNanos - now() <= 0;
    }

    /** Whether those that it submitted end with it; once it has ended. */
    boolean takesChildrenAlong() {
        return status.state() == TaskState.CANCELLED || status.detail() == TaskDetail.TIMED_OUT;
    }

    /** If nobody looks at how it ends, and it was not done, that is a dead letter. */
    private void bury(Outcome<O> result, After after) {
        I given = input;
        DeadLetter.Reason reason = origin.told() ? reasonOf(result) : null;
        if (reason == null || given == null) {
            return;
        }
        int tried = attempts;
        Parts parts = mailbox.parts();
        after.then(() -> parts.deadLetters()
                .add(new DeadLetter(
                        spec.name,
                        origin.topic(),
                        id(),
                        given,
                        submit,
                        reason,
                        null,
                        result.failure().orElse(null),
                        tried,
                        parts.clock().instant())));
    }

    /** Null for an end that is as somebody wanted it. */
    private static DeadLetter.@Nullable Reason reasonOf(Outcome<?> result) {
        TaskStatus end = result.status();
        if (end.state() == TaskState.FAILED) {
            return end.detail() == TaskDetail.TIMED_OUT ? DeadLetter.Reason.TIMED_OUT : DeadLetter.Reason.FAILED;
        }
        return end.detail() == TaskDetail.SHUTDOWN ? DeadLetter.Reason.SHUTDOWN : null;
    }

    private void leaveFamily(After after) {
        Set<TaskCell<?, ?>> left = children;
        children = null;
        if (left != null && takesChildrenAlong()) {
            left.forEach(child -> after.then(() -> child.mailbox.cancel(child, TaskDetail.WITH_PARENT)));
        }
        TaskCell<?, ?> above = origin.parent();
        if (above != null && !above.isFinal()) {
            after.then(() -> above.mailbox.disown(above, this));
        }
    }

    // ---- what its session is told

    /** An attempt begins; {@link #wakeEvents} when the lock is free. */
    void tellStart() {
        Trace trace = mailbox.parts().trace();
        if (trace != null) {
            trace.note(this, "attempt " + attempts);
        }
        if (attempts == 1) {
            startedNanos = now();
        }
        SessionEvents events = mailbox.parts().sessionEvents();
        SessionKey session = submit.sessionKey();
        if (events != null && session != null) {
            events.add(session, TaskEvents.started(id(), spec.name, attempts));
        }
    }

    /** Without the lock. */
    void tellProgress(Progress now) {
        SessionEvents events = mailbox.parts().sessionEvents();
        SessionKey session = submit.sessionKey();
        if (events != null && session != null) {
            events.add(session, TaskEvents.progressed(id(), now));
            events.wake();
        }
    }

    private void tellEnd(Outcome<O> result, After after) {
        SessionEvents events = mailbox.parts().sessionEvents();
        SessionKey session = submit.sessionKey();
        if (events != null && session != null) {
            long took = attempts == 0 ? 0 : now() - startedNanos;
            events.add(session, TaskEvents.ended(id(), result, Duration.ofNanos(took), attempts));
            after.then(events::wake);
        }
    }

    /** Without the lock. */
    void wakeEvents() {
        SessionEvents events = mailbox.parts().sessionEvents();
        if (events != null && submit.sessionKey() != null) {
            events.wake();
        }
    }

    void queuedNow() {
        queuedAtNanos = now();
    }

    void cancelLater() {
        cancel(later);
    }

    private static void cancel(Timers.@Nullable Entry entry) {
        if (entry != null) {
            entry.cancel();
        }
    }

    long now() {
        return mailbox.parts().ticker().nanos();
    }

    private void noteStatus() {
        Trace trace = mailbox.parts().trace();
        if (trace != null) {
            trace.note(this, status.toString());
        }
    }

    void note(String what) {
        Trace trace = mailbox.parts().trace();
        if (trace != null) {
            trace.note(this, what);
        }
    }

    /** Another task that this one cannot go on without, or cannot begin without; null if there is none. */
    @Nullable
    TaskHandle<?> waitsFor() {
        KeyLine order = line;
        if (awaiting != null || order == null || order.holder == this) {
            return awaiting;
        }
        return order.holder;
    }

    /** A child that is to be cancelled with this task; under the lock. */
    void add(TaskCell<?, ?> child) {
        if (children == null) {
            children = new HashSet<>();
        }
        children.add(child);
    }

    void remove(TaskCell<?, ?> child) {
        if (children != null) {
            children.remove(child);
        }
    }
}
