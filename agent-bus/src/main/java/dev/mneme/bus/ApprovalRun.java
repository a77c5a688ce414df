package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import dev.mneme.bus.ContextCarrier.Scope;
import dev.mneme.memory.coordination.ApprovalRecord;
import dev.mneme.memory.coordination.ApprovalRequest;
import dev.mneme.memory.coordination.ApprovalRisk;
import dev.mneme.memory.coordination.ApprovalState;
import dev.mneme.memory.coordination.UnreachableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An approval that is asked for: made into a request, sent to the store, and looked at there when something is heard of it or
 * its time is over. The store decides; this follows, and ends once. Nobody waits in it.
 */
final class ApprovalRun implements TaskHandle<ApprovalRecord> {

    private static final Logger LOG = LoggerFactory.getLogger(ApprovalRun.class);
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** The store's clock may be that much behind when the time is over here. */
    private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Approvals approvals;
    private final String id;
    private final ApprovalQuestion question;
    private final Supplier<Approval> text;
    private final @Nullable Object arguments;
    private final CompletableFuture<Outcome<ApprovalRecord>> outcome = new CompletableFuture<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicInteger looks = new AtomicInteger();
    private volatile TaskStatus status = TaskStatus.QUEUED;
    private volatile @Nullable ApprovalRequest request;
    private volatile long sendUntilNanos;
    /** As it was taken. */
    private volatile @Nullable ApprovalRecord asked;

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Timers.Entry> timers = new ArrayList<>(2);

    ApprovalRun(
            Approvals approvals,
            String id,
            ApprovalQuestion question,
            Supplier<Approval> text,
            @Nullable Object arguments) {
        this.approvals = approvals;
        this.id = id;
        this.question = question;
        this.text = text;
        this.arguments = arguments;
    }

    @Override
    public String id() {
        return id;
    }

    /** The operation. */
    @Override
    public String agent() {
        ApprovalRequest made = request;
        return made == null ? question.operation() : made.operation();
    }

    @Override
    public TaskStatus status() {
        return status;
    }

    @Override
    public Optional<Progress> progress() {
        return Optional.empty();
    }

    @Override
    public boolean cancel() {
        return cancel(TaskDetail.BY_CALLER);
    }

    @Override
    public CompletionStage<Outcome<ApprovalRecord>> outcome() {
        return outcome.minimalCompletionStage();
    }

    @Override
    public Optional<Outcome<ApprovalRecord>> awaitOutcome(Duration timeout) {
        Limits.notNegative("timeout", timeout);
        if (outcome.isDone() || approvals.parts().dispatcher().await(outcome, timeout.toNanos())) {
            return Optional.ofNullable(outcome.getNow(null));
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return "Approval " + id + ": " + status;
    }

    /** Whether the store has taken the request. */
    boolean isAsked() {
        return asked != null;
    }

    /** Ends it here, and withdraws the request: later, and only if the store can be reached. */
    boolean cancel(TaskDetail detail) {
        if (!ended.compareAndSet(false, true)) {
            return false;
        }
        ApprovalRecord before = asked;
        ApprovalRecord withdrawn = before == null ? null : as(before, ApprovalState.WITHDRAWN);
        over(withdrawn);
        if (withdrawn != null) {
            approvals.tell(withdrawn, ApprovalEvents.resolved(withdrawn));
        }
        approvals.call(this::withdraw);
        complete(new Outcome.Cancelled<>(detail));
        return true;
    }

    /** Makes the request; calls code of users. */
    void prepare() {
        if (ended.get()) {
            return;
        }
        try (Scope scope = question.context().restore()) {
            requireNonNull(scope, "a context carrier's scope");
            request = request(text.get());
        } catch (RuntimeException | Error e) {
            end(null, new Outcome.Failed<>(TaskDetail.HANDLER_FAILED, e));
            return;
        }
        ApprovalRequest made = request;
        if (made == null) {
            timeOut();
        } else {
            sendUntilNanos = now() + made.timeout().toNanos();
            approvals.call(this::send);
        }
    }

    /** Something may have been decided. */
    void look() {
        if (looks.getAndIncrement() == 0) {
            approvals.call(this::check);
        }
    }

    /** Null if the deadline has passed. */
    private @Nullable ApprovalRequest request(Approval approval) {
        ApprovalSettings settings = approvals.settings();
        String operation = approval.operation().orElse(question.operation());
        ApprovalRisk risk = approval.risk()
                .orElseGet(() -> requireNonNull(settings.risks().risk(operation, arguments), "a policy's risk"));
        long left = question.latestNanos() - now();
        Duration timeout = approval.timeout().orElse(settings.timeout(risk));
        timeout = timeout.toNanos() < left ? timeout : Duration.ofNanos(left);
        if (timeout.toMillis() < 1) {
            return null;
        }
        ApprovalRequest made = ApprovalRequest.of(operation, approval.question())
                .id(id)
                .subject(approval.subject())
                .details(approval.details())
                .risk(risk)
                .timeout(timeout)
                .onTimeout(approval.onTimeout().orElse(settings.onTimeout()))
                .approvedAtOnce(risk == ApprovalRisk.LOW);
        made = question.how().tenant().map(made::by).orElse(made);
        return question.how().session().map(made::session).orElse(made);
    }

    private void send() {
        ApprovalRequest made = request;
        if (made == null || ended.get()) {
            return;
        }
        try {
            approvals
                    .store()
                    .request(made)
                    .handle(
                            this::taken,
                            often -> refuse("was asked " + often.requests() + " times, and the answer was no"),
                            full -> refuse("was not asked: as many wait as may, " + full.limit()));
        } catch (UnreachableException e) {
            if (made.approvedAtOnce()) {
                // nobody is asked, so nobody is waited for; it is missing in the history
                LOG.warn("approval {} is not recorded: {}", id, e.getMessage());
                Instant at = Instant.EPOCH;
                follow(new ApprovalRecord(made, 1, at, at, ApprovalState.AUTO_APPROVED, "", "", Optional.of(at)));
            } else if (sendUntilNanos - now() <= 0) {
                timeOut();
            } else {
                at(now() + AGAIN_NANOS, () -> approvals.call(this::send));
            }
        } catch (RuntimeException | Error e) {
            end(null, new Outcome.Failed<>(TaskDetail.HANDLER_FAILED, e));
        }
    }

    private void taken(ApprovalRecord record) {
        if (record.request().approvedAtOnce()) {
            follow(record);
            return;
        }
        status = TaskStatus.WAITING_FOR_APPROVAL;
        asked = record;
        if (ended.get()) {
            withdraw();
            return;
        }
        approvals.tell(record, ApprovalEvents.requested(record, question.taskId()));
        if (record.state().isFinal()) {
            follow(record);
            return;
        }
        long now = now();
        long timeout = record.request().timeout().toNanos();
        long warning = approvals.settings().warnBefore().toNanos();
        if (timeout > warning) {
            at(now + timeout - warning, this::warn);
        }
        at(now + timeout, this::look);
    }

    private void warn() {
        ApprovalRecord record = asked;
        if (record != null && !ended.get()) {
            approvals.tell(record, ApprovalEvents.expiring(record));
        }
    }

    private void check() {
        int seen = looks.get();
        try {
            ApprovalRecord before = asked;
            if (!ended.get() && before != null) {
                Optional<ApprovalRecord> found = approvals.store().find(id);
                if (found.isEmpty()) {
                    refuse("is not known any more");
                } else if (found.get().state().isFinal()) {
                    follow(found.get());
                } else {
                    lookAgain(before, LATE_NANOS);
                }
            }
        } catch (UnreachableException e) {
            lookAgain(requireNonNull(asked), AGAIN_NANOS);
        } catch (RuntimeException | Error e) {
            end(asked, new Outcome.Failed<>(TaskDetail.HANDLER_FAILED, e));
        } finally {
            if (!looks.compareAndSet(seen, 0)) {
                approvals.call(this::check);
            }
        }
    }

    /** If its time is over here: the store knows better, but may be asked no more than the deadline allows. */
    private void lookAgain(ApprovalRecord record, long afterNanos) {
        long now = now();
        boolean armed;
        lock.lock();
        try {
            armed = timers.stream().anyMatch(entry -> entry.dueNanos() - now > 0);
        } finally {
            lock.unlock();
        }
        if (armed) {
            return;
        }
        if (question.latestNanos() + AGAIN_NANOS - now <= 0) {
            approvals.call(this::withdraw);
            end(as(record, ApprovalState.TIMED_OUT), timedOut());
        } else {
            at(now + afterNanos, this::look);
        }
    }

    private void follow(ApprovalRecord record) {
        end(
                record,
                record.state().isApproved()
                        ? new Outcome.Completed<>(record)
                        : new Outcome.Failed<>(
                                TaskDetail.NOT_APPROVED,
                                new ApprovalRefusedException(id, "was answered " + record.state(), record)));
    }

    private void refuse(String why) {
        end(null, new Outcome.Failed<>(TaskDetail.NOT_APPROVED, new ApprovalRefusedException(id, why, null)));
    }

    private void timeOut() {
        end(null, timedOut());
    }

    private Outcome<ApprovalRecord> timedOut() {
        return new Outcome.Failed<>(TaskDetail.TIMED_OUT, new TaskTimedOutException(id, agent(), 0));
    }

    private void end(@Nullable ApprovalRecord record, Outcome<ApprovalRecord> with) {
        if (ended.compareAndSet(false, true)) {
            over(record);
            if (record != null && record.state().isFinal()) {
                approvals.tell(record, ApprovalEvents.resolved(record));
            }
            // what is chained to it may be users' code, and this thread is there for the store
            approvals.parts().control().execute(() -> complete(with));
        }
    }

    private void over(@Nullable ApprovalRecord record) {
        lock.lock();
        try {
            timers.forEach(Timers.Entry::cancel);
            timers.clear();
        } finally {
            lock.unlock();
        }
        approvals.ended(this, record);
    }

    private void complete(Outcome<ApprovalRecord> with) {
        status = with.status();
        outcome.complete(with);
    }

    private void withdraw() {
        if (request == null) {
            return;
        }
        try {
            approvals.store().withdraw(id);
        } catch (UnreachableException e) {
            LOG.debug("approval {} was not withdrawn and times out by itself: {}", id, e.getMessage());
        } catch (RuntimeException e) {
            LOG.warn("approval {} was not withdrawn: {}", id, e.getClass().getName());
        }
    }

    /** What this side knows of an end that the store has not told. */
    private static ApprovalRecord as(ApprovalRecord record, ApprovalState state) {
        return new ApprovalRecord(
                record.request(),
                record.attempt(),
                record.requestedAt(),
                record.expiresAt(),
                state,
                "",
                "",
                Optional.empty());
    }

    private void at(long nanos, Runnable action) {
        lock.lock();
        try {
            if (!ended.get()) {
                timers.removeIf(entry -> entry.dueNanos() - now() <= 0);
                timers.add(approvals.parts().timers().at(nanos, action));
            }
        } finally {
            lock.unlock();
        }
    }

    private long now() {
        return approvals.parts().ticker().nanos();
    }
}
