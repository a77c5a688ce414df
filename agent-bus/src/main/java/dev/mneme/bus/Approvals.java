package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import dev.mneme.Tenant;
import dev.mneme.bus.ContextCarrier.Captured;
import dev.mneme.events.Event;
import dev.mneme.memory.coordination.ApprovalDecision;
import dev.mneme.memory.coordination.ApprovalFilter;
import dev.mneme.memory.coordination.ApprovalPage;
import dev.mneme.memory.coordination.ApprovalRecord;
import dev.mneme.memory.coordination.ApprovalState;
import dev.mneme.memory.coordination.ApprovalStore;
import dev.mneme.memory.coordination.ApprovalVerdict;
import dev.mneme.memory.coordination.UnreachableException;
import dev.mneme.resilience.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The approvals of a bus: asks for them, and takes the decisions of people, for requests of this instance and of others on the
 * same store.
 *
 * <pre>{@code
 * bus.approvals().listen((record, event) -> screen.show(record.id(), record.request().question()));
 * bus.approvals().approve(id, "bob").handle(done -> ok(), before -> tell(before.state()), late -> gone(), unknown -> notFound());
 * }</pre>
 *
 * <p>What waits holds no thread: two entries of the timer, and one look at the store every 2 s for all of them, in case a
 * decision made elsewhere was not heard. Calls that ask the store block as {@link ApprovalStore} says; nothing else here does.
 * Safe for use by many threads.
 */
public final class Approvals {

    /** The most requests without an answer that were made by {@link #request}; those of plans are bounded by their nodes. */
    public static final int MAX_WAITING = 100_000;

    private static final Logger LOG = LoggerFactory.getLogger(Approvals.class);
    private static final int POLL_SECONDS = 2;
    private static final long POLL_NANOS = TimeUnit.SECONDS.toNanos(POLL_SECONDS);
    private static final long FULL_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LAST_CALLS_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final Duration NO_DEADLINE = Duration.ofDays(31);

    private final Parts parts;
    private final Executor calls;
    private final ApprovalSettings settings;
    private final ApprovalStore store;
    private final ApprovalTelling telling;
    private final ApprovalCounts counts = new ApprovalCounts();
    private final Map<String, ApprovalRun> waiting = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private ApprovalStore.@Nullable Watch watch;
    private boolean polling;
    private boolean closed;

    /** @param calls runs what may block for the store's time-out */
    Approvals(Parts parts, Executor calls, ApprovalSettings settings) {
        this.parts = parts;
        this.calls = calls;
        this.settings = settings;
        this.store = settings.store().orElseGet(() -> ApprovalStore.inProcess(parts.ticker()));
        this.telling = new ApprovalTelling(parts.control());
        settings.listener().ifPresent(telling::listen);
    }

    /** Asks for an approval; as {@link #request(Approval, Object, Submit)} without arguments. */
    public Submission<ApprovalRecord> request(Approval approval, Submit how) {
        return request(approval, null, how);
    }

    /**
     * Asks for an approval: for the tenant and the session named here, within their deadline and that of the calling thread.
     * Never blocks; the store is asked by threads of the bus, until it answers.
     *
     * <p>The outcome is the record of a yes; of anything else it is a failure, {@link TaskDetail#NOT_APPROVED} with an {@link
     * ApprovalRefusedException}. To cancel is to withdraw the request. A handler waits for it by {@link TaskContext#await}, with
     * its slot lent.
     *
     * @param arguments for the {@link RiskPolicy}
     * @return rejected if the bus is drained, a deadline has passed, or {@value #MAX_WAITING} wait already
     */
    public Submission<ApprovalRecord> request(Approval approval, @Nullable Object arguments, Submit how) {
        requireNonNull(approval, "approval");
        long allowed = Math.min(
                how.deadline().orElse(NO_DEADLINE).toNanos(),
                Deadline.current()
                        .map(deadline -> deadline.remaining().toNanos())
                        .orElse(Long.MAX_VALUE));
        if (allowed <= 0) {
            return Rejections.of(RejectReason.DEADLINE_PASSED, 0);
        }
        if (isClosed()) {
            return Rejections.of(RejectReason.DRAINING, 0);
        }
        if (waiting.size() >= MAX_WAITING) {
            return Rejections.of(RejectReason.QUEUE_FULL, FULL_NANOS);
        }
        Captured context = parts.carrier().capture();
        return new Submission.Accepted<>(begin(
                new ApprovalQuestion(
                        approval.operation().orElse("approval"),
                        how,
                        parts.ticker().nanos() + allowed,
                        null,
                        context),
                () -> approval,
                arguments));
    }

    /** A yes; as {@link ApprovalStore#decide(String, ApprovalVerdict)}. */
    public ApprovalDecision approve(String id, String by) {
        return decide(id, ApprovalVerdict.approve(by));
    }

    /** A no; as {@link ApprovalStore#decide(String, ApprovalVerdict)}. */
    public ApprovalDecision reject(String id, String by, String reason) {
        return decide(id, ApprovalVerdict.reject(by, reason));
    }

    /** As {@link ApprovalStore#decide(String, ApprovalVerdict)}. */
    public ApprovalDecision decide(String id, ApprovalVerdict verdict) {
        return store.decide(id, verdict);
    }

    /** As {@link ApprovalStore#decide(Tenant, String, ApprovalVerdict)}. */
    public ApprovalDecision decide(Tenant tenant, String id, ApprovalVerdict verdict) {
        return store.decide(tenant, id, verdict);
    }

    /** As {@link ApprovalStore#decideAll}. */
    public List<ApprovalRecord> decideAll(ApprovalFilter filter, ApprovalVerdict verdict) {
        return store.decideAll(filter, verdict);
    }

    /** As {@link ApprovalStore#pending}. */
    public ApprovalPage pending(ApprovalPage.Request request) {
        return store.pending(request);
    }

    /** As {@link ApprovalStore#history}. */
    public ApprovalPage history(ApprovalPage.Request request) {
        return store.history(request);
    }

    /** Has one more listener told, of what comes from now on. */
    public void listen(ApprovalListener listener) {
        telling.listen(requireNonNull(listener, "listener"));
    }

    /** What became of the approvals that this bus asked for. */
    public ApprovalNumbers numbers() {
        return counts.numbers(waiting.size());
    }

    // ---- for plans, and for what waits

    /**
     * Asks a question whose text is yet to be made, by users' code on a control thread.
     *
     * @param arguments for the policy
     */
    ApprovalRun begin(ApprovalQuestion question, Supplier<Approval> text, @Nullable Object arguments) {
        var run = new ApprovalRun(this, parts.ids().id(parts.ids().next()), question, text, arguments);
        counts.requested();
        waiting.put(run.id(), run);
        if (isClosed()) {
            run.cancel(TaskDetail.SHUTDOWN);
        } else {
            hear();
            parts.control().execute(run::prepare);
        }
        return run;
    }

    Parts parts() {
        return parts;
    }

    ApprovalSettings settings() {
        return settings;
    }

    ApprovalStore store() {
        return store;
    }

    /** Has done what may block for the store. */
    void call(Runnable what) {
        calls.execute(what);
    }

    void tell(ApprovalRecord record, Event event) {
        telling.tell(record, event);
    }

    /** It has its end. */
    void ended(ApprovalRun run, @Nullable ApprovalRecord record) {
        waiting.remove(run.id(), run);
        counts.ended(record);
    }

    /** Withdraws what still waits. For a bus that has been drained. */
    void close() {
        lock.lock();
        try {
            closed = true;
            if (watch != null) {
                watch.close();
                watch = null;
            }
        } finally {
            lock.unlock();
        }
        List<ApprovalRun> left = List.copyOf(waiting.values());
        if (!left.isEmpty()) {
            left.forEach(run -> run.cancel(TaskDetail.SHUTDOWN));
            var done = new CompletableFuture<Void>();
            // behind the withdrawals, as far as one of their threads goes
            calls.execute(() -> done.complete(null));
            parts.dispatcher().await(done, LAST_CALLS_NANOS);
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Listens to the store, and looks at it from time to time, as long as something waits. */
    private void hear() {
        lock.lock();
        try {
            if (watch == null && !closed) {
                watch = store.watch(this::heard);
            }
            if (!polling && !closed) {
                polling = true;
                poll();
            }
        } finally {
            lock.unlock();
        }
    }

    private void heard(String id) {
        if (id.isEmpty()) {
            calls.execute(this::lookAtAll);
            return;
        }
        ApprovalRun run = waiting.get(id);
        if (run != null) {
            run.look();
        }
    }

    private void poll() {
        var unused = parts.timers().at(parts.ticker().nanos() + POLL_NANOS, () -> calls.execute(this::pollNow));
    }

    private void pollNow() {
        lookAtAll();
        lock.lock();
        try {
            polling = !waiting.isEmpty() && !closed;
            if (polling) {
                poll();
            }
        } finally {
            lock.unlock();
        }
    }

    private void lookAtAll() {
        List<ApprovalRun> asked = new ArrayList<>();
        for (ApprovalRun run : waiting.values()) {
            if (run.isAsked()) {
                asked.add(run);
            }
        }
        try {
            for (int from = 0; from < asked.size(); from += ApprovalStore.MAX_IDS) {
                List<ApprovalRun> some = asked.subList(from, Math.min(asked.size(), from + ApprovalStore.MAX_IDS));
                Map<String, ApprovalState> states =
                        store.states(some.stream().map(ApprovalRun::id).toList());
                for (ApprovalRun run : some) {
                    if (states.get(run.id()) != ApprovalState.PENDING) {
                        run.look();
                    }
                }
            }
        } catch (UnreachableException e) {
            LOG.debug("approvals cannot be looked at: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("the store of approvals failed: {}", e.getClass().getName());
        }
    }
}
