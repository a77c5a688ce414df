package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import dev.mneme.bus.ContextCarrier.Captured;
import dev.mneme.bus.Parts.Trace;
import dev.mneme.bus.Submission.Accepted;
import dev.mneme.bus.TaskContext.CancelAction;
import dev.mneme.resilience.Deadline;
import dev.mneme.resilience.Retry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One agent's tasks, from acceptance to their end. All that decides over them is decided here, under one lock, so a task
 * ends once: whoever comes second finds it ended.
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

    private static final double WEIGHT_OF_NEWEST = 0.2;
    private static final long UNKNOWN_RUN_NANOS = 100_000_000;

    private final String name;
    private final int capacity;
    private final int tenantCapacity;
    private final long timeoutNanos;
    private final long abandonNanos;
    private final Parts parts;
    private final @Nullable Retry retry;
    private final CompletableFuture<Void> quiet = new CompletableFuture<>();
    private final Map<RejectReason, AtomicLong> rejected = new EnumMap<>(RejectReason.class);

    /** The pool's own mark, under the pool's lock: it stands in the ring of agents with work. */
    boolean inRing;

    private final ReentrantLock lock = new ReentrantLock();
    private volatile Phase phase = Phase.OPEN;
    /** {@code queued + backingOff + lent}; read without the lock, so that to say no is only to read. */
    private volatile int waiting;

    private volatile int maxConcurrency;
    private volatile double runNanos = UNKNOWN_RUN_NANOS;

    // all below under the lock; null when there is nothing in it, so that an idle agent is small
    private @Nullable Backlog backlog;
    private @Nullable Map<Submit.OrderKey, KeyLine> lines;
    private @Nullable Deque<Attempt<?, ?>> returning;
    private @Nullable Set<TaskCell<?, ?>> live;
    private final TenantCounts tenants = new TenantCounts();
    private final Parked parked = new Parked();
    private int queued;
    private int backingOff;
    private int lent;
    /** Slots taken: by tasks that run, and by handlers that have not returned though their task has ended. */
    private int active;

    private int stopping;
    /** Attempts that have begun, have not returned and were not given up. */
    private int bodies;

    private int zombies;
    private long accepted;
    private long completed;
    private long failed;
    private long cancelled;
    private long begun;
    private long waitedNanos;
    private long returned;
    private long ranNanos;

    Mailbox(AgentSpec<?, ?> spec, @Nullable Retry retry, Parts parts) {
        this.name = spec.name;
        this.capacity = spec.capacity;
        this.tenantCapacity = spec.tenantCapacity;
        this.maxConcurrency = spec.maxConcurrency;
        this.timeoutNanos = spec.timeout.toNanos();
        this.abandonNanos = spec.abandonAfter.toNanos();
        this.retry = retry;
        this.parts = parts;
        for (RejectReason reason : RejectReason.values()) {
            rejected.put(reason, new AtomicLong());
        }
    }

    String name() {
        return name;
    }

    /** What a task took lately; zero if none has ended. */
    long meanRunNanos() {
        double nanos = runNanos;
        return nanos == UNKNOWN_RUN_NANOS ? 0 : (long) nanos;
    }

    Parts parts() {
        return parts;
    }

    @Nullable
    Retry retry() {
        return retry;
    }

    // ---- coming in

    <I, O extends @Nullable Object> Submission<O> submit(
            AgentSpec<I, O> spec, I input, Submit how, @Nullable TaskCell<?, ?> parent) {
        RejectReason refusal = refusal();
        if (refusal != null) {
            return reject(refusal);
        }
        long now = parts.ticker().nanos();
        long allowed = allowedNanos(how, parent, now);
        if (allowed <= 0) {
            return reject(RejectReason.DEADLINE_PASSED);
        }
        var cell = new TaskCell<>(
                this,
                spec,
                input,
                how,
                parts.ids().next(),
                now + allowed,
                parts.carrier().capture(),
                parent);
        var after = new After();
        lock.lock();
        try {
            refusal = refusal();
            if (refusal == null && tenants.of(how.owner()) >= tenantCapacity) {
                refusal = RejectReason.TENANT_FULL;
            }
            if (refusal != null) {
                return reject(refusal);
            }
            take(cell);
            enter(cell);
            giveSlots(after);
        } finally {
            lock.unlock();
        }
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
        long allowed = Math.min(timeoutNanos, latestNanos - now);
        var cell = new TaskCell<>(this, spec, input, how, parts.ids().next(), now + allowed, context, null);
        cell.outcome().thenAccept(onEnd);
        var after = new After();
        lock.lock();
        try {
            if (phase == Phase.CLOSED) {
                return null;
            }
            take(cell);
            if (waiting < capacity && tenants.of(how.owner()) < tenantCapacity) {
                enter(cell);
            } else {
                cell.status = TaskStatus.PARKED;
                note(cell, "parked");
                parked.add(cell);
            }
            giveSlots(after);
        } finally {
            lock.unlock();
        }
        after.run();
        return cell;
    }

    private void enterParked() {
        while (!parked.isEmpty() && waiting < capacity) {
            TaskCell<?, ?> cell = parked.poll(tenant -> tenants.of(tenant) < tenantCapacity);
            if (cell == null) {
                return;
            }
            cell.status = TaskStatus.QUEUED;
            enter(cell);
        }
    }

    private @Nullable RejectReason refusal() {
        if (phase != Phase.OPEN) {
            return RejectReason.DRAINING;
        }
        return waiting >= capacity ? RejectReason.QUEUE_FULL : null;
    }

    private <O extends @Nullable Object> Submission<O> reject(RejectReason reason) {
        AtomicLong count = rejected.get(reason);
        if (count != null) {
            count.incrementAndGet();
        }
        return Rejections.of(reason, (long) (runNanos / maxConcurrency));
    }

    private long allowedNanos(Submit how, @Nullable TaskCell<?, ?> parent, long now) {
        long allowed =
                Math.min(timeoutNanos, how.deadline().map(Duration::toNanos).orElse(Long.MAX_VALUE));
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
        accepted++;
        if (live == null) {
            live = new LinkedHashSet<>();
        }
        live.add(cell);
        cell.deadline = parts.timers().at(cell.deadlineNanos, () -> expire(cell));
        note(cell, "accepted");
    }

    private void enter(TaskCell<?, ?> cell) {
        waits(cell, 1, 0, 0);
        cell.queuedAtNanos = parts.ticker().nanos();
        KeyLine line = lineOf(cell);
        if (line == null || line.holder == cell) {
            backlog().addLast(cell);
        } else {
            cell.status = TaskStatus.BEHIND_KEY;
            line.behind.addLast(cell);
        }
    }

    private @Nullable KeyLine lineOf(TaskCell<?, ?> cell) {
        Submit.OrderKey key = cell.submit.orderKey();
        if (key == null) {
            return null;
        }
        if (lines == null) {
            lines = new HashMap<>();
        }
        KeyLine line = lines.computeIfAbsent(key, k -> new KeyLine(cell));
        cell.line = line;
        return line;
    }

    /** Has the child be cancelled with its parent, which is of this agent; the child is of any. */
    private void adopt(TaskCell<?, ?> parent, TaskCell<?, ?> child) {
        boolean cancel = false;
        lock.lock();
        try {
            if (!parent.isFinal()) {
                parent.add(child);
            } else {
                cancel = takesChildrenAlong(parent.status);
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

    private void disown(TaskCell<?, ?> parent, TaskCell<?, ?> child) {
        lock.lock();
        try {
            parent.remove(child);
        } finally {
            lock.unlock();
        }
    }

    private static boolean takesChildrenAlong(TaskStatus status) {
        return status.state() == TaskState.CANCELLED || status.detail() == TaskDetail.TIMED_OUT;
    }

    // ---- running

    /** Whether {@link #pick} would find a task. */
    boolean isReady() {
        lock.lock();
        try {
            return active < maxConcurrency && backlog != null;
        } finally {
            lock.unlock();
        }
    }

    /** Gives a slot to the task whose turn it is; null if there is no task, or no slot. */
    @Nullable
    Attempt<?, ?> pick() {
        var after = new After();
        Attempt<?, ?> attempt = null;
        lock.lock();
        try {
            while (attempt == null && active < maxConcurrency && backlog != null) {
                TaskCell<?, ?> cell = backlog.poll();
                dropEmptyBacklog();
                if (cell != null && isLate(cell)) {
                    timeOut(cell, after);
                } else if (cell != null) {
                    attempt = start(cell);
                }
                enterParked();
            }
        } finally {
            lock.unlock();
        }
        // on another thread: this one may be a caller's, which must not be held up by what hangs on another's task
        after.runOn(parts.control());
        return attempt;
    }

    private <I, O extends @Nullable Object> Attempt<I, O> start(TaskCell<I, O> cell) {
        waits(cell, -1, 0, 0);
        active++;
        bodies++;
        cell.attempts++;
        begun++;
        waitedNanos += parts.ticker().nanos() - cell.queuedAtNanos;
        var attempt = new Attempt<>(cell, requireNonNull(cell.input), cell.attempts);
        cell.running = attempt;
        cell.status = TaskStatus.RUNNING;
        note(cell, "attempt " + cell.attempts);
        return attempt;
    }

    /** The handler is about to be called, by this thread; false if it must not be. */
    boolean begin(Attempt<?, ?> attempt) {
        var after = new After();
        lock.lock();
        try {
            if (!attempt.cell.isFinal() && isLate(attempt.cell)) {
                timeOut(attempt.cell, after);
            }
            if (!attempt.cell.isFinal()) {
                attempt.thread = Thread.currentThread();
                attempt.beganNanos = parts.ticker().nanos();
            }
            return !attempt.cell.isFinal();
        } finally {
            lock.unlock();
            after.runOn(parts.control());
        }
    }

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
            letGo(attempt);
            TaskCell<I, O> cell = attempt.cell;
            if (cell.isFinal()) {
                releaseKey(cell);
            } else if (outcome != null && retryNanos >= 0) {
                backOff(cell, retryNanos);
            } else if (outcome != null) {
                end(cell, outcome, after);
            }
            giveSlots(after);
            settleDrain(after);
        } finally {
            lock.unlock();
        }
        // from here on nobody interrupts this thread for the task; what came before must not reach what comes next
        Thread.interrupted();
        after.run();
    }

    /** The attempt is over, and what it held is free. */
    private void letGo(Attempt<?, ?> attempt) {
        TaskCell<?, ?> cell = attempt.cell;
        if (attempt.thread != null && !cell.isFinal()) {
            long took = parts.ticker().nanos() - attempt.beganNanos;
            returned++;
            ranNanos += took;
            runNanos = runNanos == UNKNOWN_RUN_NANOS ? took : runNanos + WEIGHT_OF_NEWEST * (took - runNanos);
        }
        attempt.thread = null;
        attempt.takeActions();
        cell.running = null;
        if (attempt.abandoned) {
            zombies--;
        } else {
            bodies--;
            freeSlot(attempt);
        }
        if (cell.isFinal()) {
            cancelTimer(cell.later);
            note(cell, "handler returned");
        }
    }

    private void freeSlot(Attempt<?, ?> attempt) {
        if (attempt.slot) {
            attempt.slot = false;
            active--;
            if (attempt.cell.isFinal()) {
                stopping--;
            }
        }
    }

    /** Hands free slots to those who lent theirs, and has the queued ones begun if there are more. */
    private void giveSlots(After after) {
        enterParked();
        while (active < maxConcurrency && returning != null) {
            Attempt<?, ?> attempt = returning.remove();
            if (returning.isEmpty()) {
                returning = null;
            }
            regain(attempt);
            if (attempt.gate != null) {
                after.first(attempt.gate::open);
            }
        }
        if (active < maxConcurrency && backlog != null) {
            after.first(() -> parts.dispatcher().ready(this));
        }
    }

    void maxConcurrency(int most) {
        var after = new After();
        lock.lock();
        try {
            maxConcurrency = most;
            giveSlots(after);
        } finally {
            lock.unlock();
        }
        after.run();
    }

    // ---- between attempts

    private void backOff(TaskCell<?, ?> cell, long nanos) {
        cell.status = TaskStatus.BACKING_OFF;
        waits(cell, 0, 1, 0);
        cell.later = parts.timers().at(parts.ticker().nanos() + nanos, () -> wake(cell));
        note(cell, "backing off");
    }

    private void wake(TaskCell<?, ?> cell) {
        var after = new After();
        lock.lock();
        try {
            if (cell.status.equals(TaskStatus.BACKING_OFF)) {
                waits(cell, 1, -1, 0);
                cell.queuedAtNanos = parts.ticker().nanos();
                cell.status = TaskStatus.QUEUED;
                // it was accepted before whatever of its tenant waits now
                backlog().addFirst(cell);
                giveSlots(after);
            }
        } finally {
            lock.unlock();
        }
        after.runOn(parts.control());
    }

    // ---- waiting for other tasks

    /** The handler waits for something: its slot goes to others. False if the task has ended. */
    boolean lend(Attempt<?, ?> attempt, Dispatcher.Gate gate) {
        var after = new After();
        lock.lock();
        try {
            if (attempt.cell.isFinal()) {
                return false;
            }
            attempt.gate = gate;
            attempt.slot = false;
            active--;
            waits(attempt.cell, 0, 0, 1);
            attempt.cell.status = TaskStatus.AWAITING;
            note(attempt.cell, "awaiting");
            giveSlots(after);
        } finally {
            lock.unlock();
        }
        after.run();
        return true;
    }

    /** The handler wants its slot again; it is told at its gate when it has it. */
    void takeBack(Attempt<?, ?> attempt) {
        lock.lock();
        try {
            if (attempt.cell.isFinal()) {
                return;
            }
            if (active < maxConcurrency) {
                regain(attempt);
                return;
            }
            if (returning == null) {
                returning = new ArrayDeque<>();
            }
            returning.add(attempt);
        } finally {
            lock.unlock();
        }
    }

    private void regain(Attempt<?, ?> attempt) {
        active++;
        attempt.slot = true;
        waits(attempt.cell, 0, 0, -1);
        attempt.cell.status = TaskStatus.RUNNING;
        note(attempt.cell, "goes on");
    }

    /** Where the thread of the attempt waits, so that it is told if the task ends; null if it does not wait. */
    void waitsAt(Attempt<?, ?> attempt, Dispatcher.@Nullable Gate gate) {
        lock.lock();
        try {
            attempt.gate = gate;
        } finally {
            lock.unlock();
        }
    }

    /** False if the attempt has returned or its task has ended. */
    boolean addAction(Attempt<?, ?> attempt, CancelAction action) {
        lock.lock();
        try {
            return attempt.thread != null && !attempt.cell.isFinal() && attempt.add(action);
        } finally {
            lock.unlock();
        }
    }

    void removeAction(Attempt<?, ?> attempt, CancelAction action) {
        lock.lock();
        try {
            attempt.remove(action);
        } finally {
            lock.unlock();
        }
    }

    // ---- the end of a task

    boolean cancel(TaskCell<?, ?> cell, TaskDetail detail) {
        var after = new After();
        boolean ended;
        lock.lock();
        try {
            ended = callOff(cell, detail, after);
            giveSlots(after);
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
            timeOut(cell, after);
            giveSlots(after);
            settleDrain(after);
        } finally {
            lock.unlock();
        }
        after.runOn(parts.control());
    }

    private boolean isLate(TaskCell<?, ?> cell) {
        return cell.deadlineNanos - parts.ticker().nanos() <= 0;
    }

    private <O extends @Nullable Object> void timeOut(TaskCell<?, O> cell, After after) {
        if (!cell.isFinal()) {
            var cause = new TaskTimedOutException(cell.id(), name, cell.attempts);
            end(cell, new Outcome.Failed<>(TaskDetail.TIMED_OUT, cause), after);
        }
    }

    private <O extends @Nullable Object> boolean callOff(TaskCell<?, O> cell, TaskDetail detail, After after) {
        return end(cell, new Outcome.Cancelled<>(detail), after);
    }

    /** The one place where a task ends. False if it had ended. */
    private <O extends @Nullable Object> boolean end(TaskCell<?, O> cell, Outcome<O> outcome, After after) {
        if (cell.isFinal()) {
            return false;
        }
        leaveQueue(cell);
        cell.status = outcome.status();
        count(cell.status.state());
        cell.input = null;
        cancelTimer(cell.deadline);
        cancelTimer(cell.later);
        forget(cell);
        note(cell, cell.status.toString());
        if (cell.running == null) {
            releaseKey(cell);
        } else {
            stop(cell.running, after);
        }
        Set<TaskCell<?, ?>> children = cell.takeChildren();
        if (takesChildrenAlong(cell.status)) {
            children.forEach(child -> after.then(() -> child.mailbox.cancel(child, TaskDetail.WITH_PARENT)));
        }
        TaskCell<?, ?> parent = cell.parent;
        if (parent != null && !parent.isFinal()) {
            after.then(() -> parent.mailbox.disown(parent, cell));
        }
        after.then(() -> cell.complete(outcome));
        return true;
    }

    private void leaveQueue(TaskCell<?, ?> cell) {
        switch (cell.status.detail()) {
            case PARKED -> parked.remove(cell);
            case BEHIND_KEY -> {
                waits(cell, -1, 0, 0);
                if (cell.list != null) {
                    cell.list.remove(cell);
                }
            }
            case BACKING_OFF -> waits(cell, 0, -1, 0);
            case AWAITING -> {
                waits(cell, 0, 0, -1);
                if (returning != null && returning.remove(cell.running) && returning.isEmpty()) {
                    returning = null;
                }
            }
            default -> {
                if (cell.status.equals(TaskStatus.QUEUED)) {
                    waits(cell, -1, 0, 0);
                    if (backlog != null) {
                        backlog.remove(cell);
                        dropEmptyBacklog();
                    }
                }
            }
        }
    }

    /** Tells a handler that its task has ended: it keeps what it holds until it returns, or is given up. */
    private void stop(Attempt<?, ?> attempt, After after) {
        if (attempt.slot) {
            stopping++;
        }
        Thread thread = attempt.thread;
        if (thread != null) {
            thread.interrupt();
        }
        for (CancelAction action : attempt.takeActions()) {
            after.first(() -> parts.control().execute(() -> attempt.perform(action)));
        }
        if (attempt.gate != null) {
            after.first(attempt.gate::open);
        }
        attempt.cell.later = parts.timers().at(parts.ticker().nanos() + abandonNanos, () -> abandon(attempt));
    }

    private void abandon(Attempt<?, ?> attempt) {
        var after = new After();
        lock.lock();
        try {
            if (attempt.cell.running == attempt && !attempt.abandoned) {
                attempt.abandoned = true;
                bodies--;
                zombies++;
                freeSlot(attempt);
                releaseKey(attempt.cell);
                note(attempt.cell, "handler given up");
                giveSlots(after);
                settleDrain(after);
            }
        } finally {
            lock.unlock();
        }
        after.runOn(parts.control());
    }

    /** The next task of the key, if there is one, may have a slot. */
    private void releaseKey(TaskCell<?, ?> cell) {
        KeyLine line = cell.line;
        cell.line = null;
        if (line == null || line.holder != cell) {
            return;
        }
        TaskCell<?, ?> next = line.behind.poll();
        if (next != null) {
            line.holder = next;
            next.status = TaskStatus.QUEUED;
            backlog().addLast(next);
            return;
        }
        if (lines != null) {
            lines.remove(cell.submit.orderKey());
            if (lines.isEmpty()) {
                lines = null;
            }
        }
    }

    // ---- the end of the agent

    /** Accepts nothing more. Answers how many tasks had ended by then. */
    long beginDrain() {
        var after = new After();
        long ended;
        lock.lock();
        try {
            if (phase == Phase.OPEN) {
                phase = Phase.DRAINING;
            }
            ended = completed + failed + cancelled;
            settleDrain(after);
        } finally {
            lock.unlock();
        }
        after.run();
        return ended;
    }

    /** Done once nothing is accepted, no task is left and no handler runs but those given up. */
    CompletableFuture<Void> quiet() {
        return quiet;
    }

    /** Cancels what is left, and adds it to these. Answers how many tasks had ended before. */
    long cutOff(List<DrainReport.Unfinished> unfinished) {
        var after = new After();
        long ended;
        lock.lock();
        try {
            phase = Phase.CLOSED;
            ended = completed + failed + cancelled;
            List<TaskCell<?, ?>> left = live == null ? List.of() : List.copyOf(live);
            for (TaskCell<?, ?> cell : left) {
                unfinished.add(new DrainReport.Unfinished(name, cell.id(), cell.status));
                callOff(cell, TaskDetail.SHUTDOWN, after);
            }
            settleDrain(after);
        } finally {
            lock.unlock();
        }
        after.run();
        return ended;
    }

    AgentNumbers numbers() {
        Map<RejectReason, Long> refused = new EnumMap<>(RejectReason.class);
        rejected.forEach((reason, count) -> refused.put(reason, count.get()));
        lock.lock();
        try {
            return new AgentNumbers(
                    name,
                    parked.size(),
                    queued,
                    backingOff,
                    lent,
                    active - stopping,
                    stopping,
                    zombies,
                    accepted,
                    completed,
                    failed,
                    cancelled,
                    refused,
                    begun,
                    Duration.ofNanos(waitedNanos),
                    returned,
                    Duration.ofNanos(ranNanos));
        } finally {
            lock.unlock();
        }
    }

    /** Handlers that have not returned. */
    int handlersInside() {
        lock.lock();
        try {
            return bodies + zombies;
        } finally {
            lock.unlock();
        }
    }

    private void settleDrain(After after) {
        if (phase != Phase.OPEN && live == null && bodies == 0) {
            after.then(() -> quiet.complete(null));
        }
    }

    // ---- counting

    private void waits(TaskCell<?, ?> cell, int more, int moreBackingOff, int moreLent) {
        queued += more;
        backingOff += moreBackingOff;
        lent += moreLent;
        waiting = queued + backingOff + lent;
        tenants.add(cell.submit.owner(), more + moreBackingOff + moreLent);
    }

    private void count(TaskState state) {
        switch (state) {
            case COMPLETED -> completed++;
            case FAILED -> failed++;
            case CANCELLED -> cancelled++;
            case QUEUED, RUNNING -> throw new IllegalStateException("no end: " + state);
        }
    }

    private void forget(TaskCell<?, ?> cell) {
        if (live != null && live.remove(cell) && live.isEmpty()) {
            live = null;
        }
    }

    private Backlog backlog() {
        if (backlog == null) {
            backlog = new Backlog();
        }
        return backlog;
    }

    private void dropEmptyBacklog() {
        if (backlog != null && backlog.isEmpty()) {
            backlog = null;
        }
    }

    private static void cancelTimer(Timers.@Nullable Entry entry) {
        if (entry != null) {
            entry.cancel();
        }
    }

    private void note(TaskCell<?, ?> cell, String what) {
        Trace trace = parts.trace();
        if (trace != null) {
            trace.note(cell, what);
        }
    }
}
