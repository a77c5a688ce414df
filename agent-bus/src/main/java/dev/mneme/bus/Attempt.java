package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.bus.ContextCarrier.Scope;
import dev.mneme.resilience.Attempts;
import dev.mneme.resilience.Deadline;
import dev.mneme.resilience.Retry;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One attempt of a task: has a slot from the moment it is made, and runs the handler on the thread that it is given. */
final class Attempt<I, O extends @Nullable Object> implements TaskContext, Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);
    private static final long NO_RETRY = -1;

    /** An action, handed in once: the same one handed in twice is two. */
    private static final class OwnAction implements CancelAction {

        private final CancelAction action;

        OwnAction(CancelAction action) {
            this.action = action;
        }

        @Override
        public void run() throws Exception {
            action.run();
        }
    }

    final TaskCell<I, O> cell;
    private final Mailbox mailbox;
    private final I input;
    private final int number;

    /** Set while the handler runs; written under the lock, so that no interrupt comes after it has returned. */
    volatile @Nullable Thread thread;

    /** Whether it has a slot; written under the lock. */
    volatile boolean slot = true;

    /** When the handler was called, by the bus's ticker. */
    long beganNanos;

    // under the mailbox's lock
    Dispatcher.@Nullable Gate gate;
    boolean abandoned;
    private @Nullable Set<CancelAction> actions;

    Attempt(TaskCell<I, O> cell, I input, int number) {
        this.cell = cell;
        this.mailbox = cell.mailbox;
        this.input = input;
        this.number = number;
    }

    @Override
    public void run() {
        if (!mailbox.slots.begin(this)) {
            mailbox.ended(this, null, NO_RETRY);
            return;
        }
        Outcome<O> outcome;
        long wait = NO_RETRY;
        try (Scope scope = cell.context.restore()) {
            requireNonNull(scope, "a context carrier's scope");
            countAttempts();
            outcome = new Outcome.Completed<>(deadline().<O, Exception>call(this::handle));
        } catch (Throwable e) {
            outcome = new Outcome.Failed<>(TaskDetail.HANDLER_FAILED, e);
            wait = e instanceof Exception failure ? waitAfter(failure) : NO_RETRY;
        }
        mailbox.ended(this, outcome, wait);
    }

    /** There is no thread for it. */
    void refuse(Throwable reason) {
        mailbox.ended(this, new Outcome.Failed<>(TaskDetail.HANDLER_FAILED, reason), NO_RETRY);
    }

    @Override
    public String taskId() {
        return cell.id();
    }

    @Override
    public int attempt() {
        return number;
    }

    @Override
    public Optional<Tenant> tenant() {
        return cell.submit.tenant();
    }

    @Override
    public Optional<SessionKey> session() {
        return cell.submit.session();
    }

    @Override
    public Duration remaining() {
        return Duration.ofNanos(
                Math.max(0, cell.deadlineNanos - mailbox.parts().ticker().nanos()));
    }

    @Override
    public boolean isCancelled() {
        return cell.isFinal();
    }

    @Override
    public Registration onCancel(CancelAction action) {
        requireNonNull(action, "action");
        CancelAction own = new OwnAction(action);
        if (mailbox.slots.addAction(this, own)) {
            return () -> mailbox.slots.removeAction(this, own);
        }
        if (cell.isFinal()) {
            perform(own);
        }
        return () -> {};
    }

    @Override
    public void progress(String stage, double fraction) {
        var progress = new Progress(stage, fraction);
        if (cell.running == this && !cell.isFinal()) {
            cell.progress = progress;
            cell.tellProgress(progress);
        }
    }

    @Override
    public <J, P extends @Nullable Object> Submission<P> submit(AgentRef<J, P> agent, J input) {
        return submit(agent, input, cell.submit.forChild());
    }

    @Override
    public <J, P extends @Nullable Object> Submission<P> submit(AgentRef<J, P> agent, J input, Submit how) {
        return agent.submit(input, how, Origin.task(cell));
    }

    @Override
    public <P extends @Nullable Object> P await(TaskHandle<P> task) {
        if (Thread.currentThread() != thread) {
            throw new IllegalStateException("only the handler's own thread may await, while the handler runs");
        }
        CompletableFuture<Outcome<P>> outcome = task.outcome().toCompletableFuture();
        if (!outcome.isDone()) {
            LentSlot.await(this, task, outcome);
        }
        if (cell.isFinal()) {
            throw new TaskStoppedException("task " + taskId() + " has ended: " + cell.status);
        }
        if (!outcome.isDone()) {
            throw new TaskStoppedException("the thread of task " + taskId() + " was interrupted");
        }
        return outcome.join().get();
    }

    void perform(CancelAction action) {
        try {
            action.run();
        } catch (Exception | Error e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            LOG.warn(
                    "an action on cancel of agent {} threw {}",
                    cell.spec.name,
                    e.getClass().getName());
        }
    }

    /** Under the lock: its task has ended. The thread is told; it may go on until it is given up. */
    void stop(After after) {
        Thread inside = thread;
        if (inside != null) {
            inside.interrupt();
        }
        Parts parts = mailbox.parts();
        for (CancelAction action : takeActions()) {
            after.first(() -> parts.control().execute(() -> perform(action)));
        }
        if (gate != null) {
            after.first(gate::open);
        }
        cell.later = parts.timers().at(cell.now() + cell.spec.abandonAfter.toNanos(), () -> mailbox.abandon(this));
    }

    /** Under the lock. */
    boolean add(CancelAction action) {
        if (actions == null) {
            actions = new LinkedHashSet<>();
        }
        if (actions.size() >= MAX_ACTIONS) {
            throw new IllegalStateException("an attempt may have " + MAX_ACTIONS + " actions on cancel, and has them");
        }
        return actions.add(action);
    }

    void remove(CancelAction action) {
        if (actions != null) {
            actions.remove(action);
        }
    }

    List<CancelAction> takeActions() {
        List<CancelAction> all = actions == null ? List.of() : List.copyOf(actions);
        actions = null;
        return all;
    }

    /** Outside of the task's deadline, which is looked at when the wait is known. */
    private void countAttempts() {
        Retry retry = mailbox.retry();
        if (retry != null && cell.retries == null) {
            cell.retries = retry.begin();
        }
    }

    private O handle() throws Exception {
        return cell.spec.handler.handle(input, this);
    }

    private Deadline deadline() {
        Duration left = remaining();
        return Deadline.after(
                left.isZero() ? Duration.ofNanos(1) : left, mailbox.parts().ticker());
    }

    /** Negative if the failure is final. Asks code of users (a classifier's rules), so under no lock. */
    private long waitAfter(Exception failure) {
        Attempts retries = cell.retries;
        if (retries == null || cell.isFinal()) {
            return NO_RETRY;
        }
        try {
            Optional<Duration> wait = mailbox.parts().retryWaits().after(failure, retries, cell.spec.retrySettings);
            return wait.filter(left -> left.compareTo(remaining()) < 0)
                    .map(Duration::toNanos)
                    .orElse(NO_RETRY);
        } catch (RuntimeException | Error e) {
            LOG.error(
                    "the retry of agent {} threw {}",
                    cell.spec.name,
                    e.getClass().getName());
            return NO_RETRY;
        }
    }
}
