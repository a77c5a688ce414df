package dev.mneme.bus;

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
    final @Nullable TaskCell<?, ?> parent;
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
            @Nullable TaskCell<?, ?> parent) {
        this.mailbox = mailbox;
        this.spec = spec;
        this.input = input;
        this.submit = submit;
        this.number = number;
        this.deadlineNanos = deadlineNanos;
        this.context = context;
        this.parent = parent;
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
        status = result.status();
        mailbox.tally.ended(status.state());
        input = null;
        cancel(deadline);
        cancelLater();
        mailbox.forget(this);
        note(status.toString());
        if (running == null) {
            mailbox.waiting.passKey(this);
        } else {
            mailbox.slots.stop(running, after);
        }
        leaveFamily(after);
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

    private void leaveFamily(After after) {
        Set<TaskCell<?, ?>> left = children;
        children = null;
        if (left != null && takesChildrenAlong()) {
            left.forEach(child -> after.then(() -> child.mailbox.cancel(child, TaskDetail.WITH_PARENT)));
        }
        TaskCell<?, ?> above = parent;
        if (above != null && !above.isFinal()) {
            after.then(() -> above.mailbox.disown(above, this));
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
