package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import dev.mneme.bus.ContextCarrier.Captured;
import dev.mneme.bus.Submission.Accepted;
import dev.mneme.resilience.Deadline;
import dev.mneme.resilience.Retry;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One agent's tasks, from acceptance to their end. All that decides over them is decided under its lock, so a task ends once:
 * whoever comes second finds it ended. {@link Waiting} knows their order, {@link Slots} who runs.
 *
 * <p>The lock is held for a few moves of pointers. Nothing of users runs under it: what follows from a decision is put down
 * in an {@link After} and done when the lock is free.
 */
final class Mailbox {

    private enum Phase {
        OPEN,
        DRAINING,
        CLOSED
    }

    private final AgentSpec<?, ?> spec;
    private final @Nullable Retry retry;
    private final Parts parts;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Phase phase = Phase.OPEN;
    /** Made when a drain begins. */
    private volatile @Nullable CompletableFuture<Void> quiet;

    /** The pool's own mark, under the pool's lock: it stands in the ring of agents with work. */
    boolean inRing;

    // under the lock
    final Waiting waiting;
    final Slots slots;
    final Tally tally = new Tally();
    /** Null when there are none, so that an idle agent is small. */
    private @Nullable Set<TaskCell<?, ?>> live;

    Mailbox(AgentSpec<?, ?> spec, @Nullable Retry retry, Parts parts) {
        this.spec = spec;
        this.retry = retry;
        this.parts = parts;
        this.waiting = new Waiting(spec);
        this.slots = new Slots(this, lock, spec.maxConcurrency);
    }

    String name() {
        return spec.name;
    }

    /** What a task took lately; zero if none has ended. */
    long meanRunNanos() {
        return tally.measuredRunNanos();
    }

    Parts parts() {
        return parts;
    }

    @Nullable
    Retry retry() {
        return retry;
    }

    void requireOf(Parts bus) {
        if (parts.timers() != bus.timers()) {
            throw new IllegalArgumentException("agent must be registered here, was of another bus: " + name());
        }
    }

    // ---- coming in

    <I, O extends @Nullable Object> Submission<O> submit(AgentSpec<I, O> spec, I input, Submit how, Origin origin) {
        RejectReason refusal = refusal();
        if (refusal != null) {
            return reject(refusal);
        }
        long now = parts.ticker().nanos();
        long allowed = allowedNanos(how, origin.parent(), now);
        if (allowed <= 0) {
            return reject(RejectReason.DEADLINE_PASSED);
        }
        Captured context = origin.context() == null ? parts.carrier().capture() : origin.context();
        var cell = new TaskCell<>(this, spec, input, how, parts.ids().next(), now + allowed, context, origin);
        var after = new After();
        lock.lock();
        try {
            refusal = refusal();
            if (refusal == null && waiting.isFullFor(how.owner())) {
                refusal = RejectReason.TENANT_FULL;
            }
            if (refusal != null) {
                return reject(refusal);
            }
            take(cell);
            waiting.enter(cell);
            slots.give(after);
        } finally {
            lock.unlock();
        }
        TaskCell<?, ?> parent = origin.parent();
        if (parent != null) {
            parent.mailbox.adopt(parent, cell);
        }
        after.run();
        return new Accepted<>(cell);
    }

    /**
     * Takes a task of an accepted plan, whose room is bounded elsewhere: if the queue is full it is parked until there is
     * room. Also while draining, for the plan was accepted before. Null once closed.
     *
     * @param onEnd told of the outcome by the thread that ended the task
     */
    <I, O extends @Nullable Object> @Nullable TaskCell<I, O> submitNode(
            AgentSpec<I, O> spec,
            I input,
            Submit how,
            long latestNanos,
            Captured context,
            Consumer<? super Outcome<O>> onEnd) {
        long now = parts.ticker().nanos();
        long allowed = Math.min(spec.timeout.toNanos(), latestNanos - now);
        var cell = new TaskCell<>(this, spec, input, how, parts.ids().next(), now + allowed, context, Origin.OUTSIDE);
        cell.outcome().thenAccept(onEnd);
        var after = new After();
        lock.lock();
        try {
            if (phase == Phase.CLOSED) {
                return null;
            }
            take(cell);
            waiting.enterOrPark(cell);
            slots.give(after);
        } finally {
            lock.unlock();
        }
        after.run();
        return cell;
    }

    private @Nullable RejectReason refusal() {
        if (phase != Phase.OPEN) {
            return RejectReason.DRAINING;
        }
        return waiting.isFull() ? RejectReason.QUEUE_FULL : null;
    }

    private <O extends @Nullable Object> Submission<O> reject(RejectReason reason) {
        tally.rejected(reason);
        return Rejections.of(reason, (long) (tally.runNanos() / slots.most()));
    }

    private long allowedNanos(Submit how, @Nullable TaskCell<?, ?> parent, long now) {
        long allowed = Math.min(
                spec.timeout.toNanos(), how.deadline().map(Duration::toNanos).orElse(Long.MAX_VALUE));
        if (parent != null) {
            allowed = Math.min(allowed, parent.deadlineNanos - now);
        }
        return Math.min(
                allowed,
                Deadline.current()
                        .map(deadline -> deadline.remaining().toNanos())
                        .orElse(Long.MAX_VALUE));
    }

    private void take(TaskCell<?, ?> cell) {
        tally.accepted++;
        if (live == null) {
            live = new LinkedHashSet<>();
        }
        live.add(cell);
        cell.deadline = parts.timers().at(cell.deadlineNanos, () -> expire(cell));
        cell.note("accepted");
    }

    /** Has the child be cancelled with its parent, which is of this agent; the child is of any. */
    private void adopt(TaskCell<?, ?> parent, TaskCell<?, ?> child) {
        boolean cancel = false;
        lock.lock();
        try {
            if (!parent.isFinal()) {
                parent.add(child);
            } else {
                cancel = parent.takesChildrenAlong();
            }
        } finally {
            lock.unlock();
        }
        if (cancel) {
            child.mailbox.cancel(child, TaskDetail.WITH_PARENT);
        } else if (child.isFinal()) {
            disown(parent, child);
        }
    }

    void disown(TaskCell<?, ?> parent, TaskCell<?, ?> child) {
        lock.lock();
        try {
            parent.remove(child);
        } finally {
            lock.unlock();
        }
    }

    void maxConcurrency(int most) {
        var after = new After();
        lock.lock();
        try {
            slots.most(most);
            slots.give(after);
        } finally {
            lock.unlock();
        }
        after.run();
    }

    // ---- the end of an attempt

    /**
     * The handler has returned, or was not called.
     *
     * @param outcome what it came to; null if it was not called because the task had ended
     * @param retryNanos after which to try again; negative for not at all
     */
    <I, O extends @Nullable Object> void ended(Attempt<I, O> attempt, @Nullable Outcome<O> outcome, long retryNanos) {
        var after = new After();
        lock.lock();
        try {
            slots.letGo(attempt);
            TaskCell<I, O> cell = attempt.cell;
            cell.running = null;
            if (cell.isFinal()) {
                cell.cancelLater();
                cell.note("handler returned");
                waiting.passKey(cell);
            } else if (outcome != null && retryNanos >= 0) {
                waiting.backOff(cell);
                cell.later = parts.timers().at(cell.now() + retryNanos, () -> wake(cell));
                cell.note("backing off");
            } else if (outcome != null) {
                cell.end(outcome, after);
            }
            slots.give(after);
            settleDrain(after);
        } finally {
            lock.unlock();
        }
        // from here on nobody interrupts this thread for the task; what came before must not reach what comes next
        Thread.interrupted();
        after.run();
    }

    private void wake(TaskCell<?, ?> cell) {
        var after = new After();
        lock.lock();
        try {
            if (cell.status.equals(TaskStatus.BACKING_OFF)) {
                waiting.again(cell);
                slots.give(after);
            }
        } finally {
            lock.unlock();
        }
        after.runOn(parts.control());
    }

    /** The handler of a task that has ended did not return in time. */
    void abandon(Attempt<?, ?> attempt) {
        var after = new After();
        lock.lock();
        try {
            if (attempt.cell.running == attempt && !attempt.abandoned) {
                slots.giveUp(attempt);
                waiting.passKey(attempt.cell);
                attempt.cell.note("handler given up");
                slots.give(after);
                settleDrain(after);
            }
        } finally {
            lock.unlock();
        }
        after.runOn(parts.control());
    }

    // ---- the end of a task

    boolean cancel(TaskCell<?, ?> cell, TaskDetail detail) {
        var after = new After();
        boolean ended;
        lock.lock();
        try {
            ended = cell.callOff(detail, after);
            slots.give(after);
            settleDrain(after);
        } finally {
            lock.unlock();
        }
        after.run();
        return ended;
    }

    private void expire(TaskCell<?, ?> cell) {
        var after = new After();
        lock.lock();
        try {
            cell.timeOut(after);
            slots.give(after);
            settleDrain(after);
        } finally {
            lock.unlock();
        }
        after.runOn(parts.control());
    }

    /** Under the lock: it has ended. */
    void forget(TaskCell<?, ?> cell) {
        if (live != null && live.remove(cell) && live.isEmpty()) {
            live = null;
        }
    }

    // ---- the end of the agent

    /** Accepts nothing more. Answers how many tasks had ended by then. */
    long beginDrain() {
        var after = new After();
        long ended;
        lock.lock();
        try {
            if (quiet == null) {
                quiet = new CompletableFuture<>();
            }
            if (phase == Phase.OPEN) {
                phase = Phase.DRAINING;
            }
            ended = tally.ended();
            settleDrain(after);
        } finally {
            lock.unlock();
        }
        after.run();
        return ended;
    }

    /** Done once nothing is accepted, no task is left and no handler runs but those given up. A drain must have begun. */
    CompletableFuture<Void> quiet() {
        return requireNonNull(quiet, "quiet");
    }

    /** Cancels what is left, and adds it to these. Answers how many tasks had ended before. */
    long cutOff(List<DrainReport.Unfinished> unfinished) {
        var after = new After();
        long ended;
        lock.lock();
        try {
            phase = Phase.CLOSED;
            ended = tally.ended();
            List<TaskCell<?, ?>> left = live == null ? List.of() : List.copyOf(live);
            for (TaskCell<?, ?> cell : left) {
                unfinished.add(new DrainReport.Unfinished(name(), cell.id(), cell.status));
                cell.callOff(TaskDetail.SHUTDOWN, after);
            }
            settleDrain(after);
        } finally {
            lock.unlock();
        }
        after.run();
        return ended;
    }

    private void settleDrain(After after) {
        CompletableFuture<Void> done = quiet;
        if (done != null && live == null && slots.inside() == 0) {
            after.then(() -> done.complete(null));
        }
    }

    /** Handlers that have not returned. */
    int handlersInside() {
        lock.lock();
        try {
            return slots.inside() + slots.zombies();
        } finally {
            lock.unlock();
        }
    }

    AgentNumbers numbers() {
        lock.lock();
        try {
            return new AgentNumbers(
                    name(),
                    waiting.parked(),
                    waiting.queued(),
                    waiting.backingOff(),
                    waiting.lent(),
                    slots.running(),
                    slots.stopping(),
                    slots.zombies(),
                    tally.accepted,
                    tally.completed,
                    tally.failed,
                    tally.cancelled,
                    tally.rejections(),
                    tally.begun,
                    Duration.ofNanos(tally.waitedNanos),
                    tally.returned,
                    Duration.ofNanos(tally.ranNanos));
        } finally {
            lock.unlock();
        }
    }
}
