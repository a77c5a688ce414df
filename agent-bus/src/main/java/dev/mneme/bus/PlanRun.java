package dev.mneme.bus;

import dev.mneme.MnemeException;
import dev.mneme.bus.ContextCarrier.Captured;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A plan that runs. Each node counts what it still waits for; the one that ends last begins it. There are no rounds, and no
 * thread of its own: it goes on where its tasks end.
 *
 * <p>Its lock is never held while a mailbox is called.
 */
final class PlanRun implements TaskHandle<PlanResult> {

    private static final int WHOLE_PLAN = -1;

    private enum State {
        WAITING,
        BEGUN,
        ANSWERED,
        FAILED,
        SKIPPED
    }

    /** What is to be done when the lock is free. */
    private static final class Next {

        private final List<Integer> begin = new ArrayList<>();
        private final List<TaskCell<?, ?>> cancel = new ArrayList<>();
        private final List<ApprovalRun> withdraw = new ArrayList<>();
        private TaskDetail withdrawAs = TaskDetail.WITH_PARENT;
        private @Nullable Outcome<PlanResult> end;
    }

    private final Plan plan;
    private final Parts parts;
    private final Approvals approvals;
    private final Submit how;
    private final long number;
    private final long deadlineNanos;
    private final Captured context;
    private final CompletableFuture<Outcome<PlanResult>> outcome = new CompletableFuture<>();
    private volatile TaskStatus status;

    private final ReentrantLock lock = new ReentrantLock();
    private final State[] states;
    private final int[] left;
    private final @Nullable TaskCell<?, ?>[] cells;
    private final @Nullable Outcome<?>[] outcomes;
    /** The approvals that wait: the plan's own under -1, those of nodes. */
    private final Map<Integer, ApprovalRun> asked = new LinkedHashMap<>();

    private int open;
    private int begun;
    private int aborter = -1;

    PlanRun(Plan plan, Parts parts, Approvals approvals, Submit how, long deadlineNanos, Captured context) {
        this.plan = plan;
        this.parts = parts;
        this.approvals = approvals;
        this.how = how;
        this.number = parts.ids().next();
        this.deadlineNanos = deadlineNanos;
        this.context = context;
        this.status = plan.needsApproval() ? TaskStatus.WAITING_FOR_APPROVAL : TaskStatus.RUNNING;
        this.open = plan.size();
        this.states = new State[open];
        this.left = new int[open];
        this.cells = new @Nullable TaskCell<?, ?>[open];
        this.outcomes = new @Nullable Outcome<?>[open];
        for (int i = 0; i < open; i++) {
            states[i] = State.WAITING;
            left[i] = plan.needs[i].length;
        }
    }

    void begin() {
        if (!plan.needsApproval()) {
            beginRoots();
            return;
        }
        ApprovalRun run = approvals.begin(question(plan.name()), plan::approval, plan);
        waitFor(WHOLE_PLAN, run);
        run.outcome().thenAccept(answer -> {
            if (answer.isCompleted()) {
                beginRoots();
            } else {
                refuse(answer);
            }
        });
    }

    private void beginRoots() {
        var next = new Next();
        lock.lock();
        try {
            asked.remove(WHOLE_PLAN);
            if (status.isFinal()) {
                return;
            }
            for (int i = 0; i < states.length; i++) {
                if (left[i] == 0) {
                    toBegin(i, next);
                }
            }
            status = running();
        } finally {
            lock.unlock();
        }
        goOn(next);
    }

    /** The plan as a whole was not approved. */
    private void refuse(Outcome<?> answer) {
        var next = new Next();
        lock.lock();
        try {
            asked.remove(WHOLE_PLAN);
            if (status.isFinal()) {
                return;
            }
            next.end = answer.<Outcome<PlanResult>>fold(
                    completed -> new Outcome.Cancelled<>(TaskDetail.WITH_PARENT),
                    failed -> new Outcome.Failed<>(failed.detail(), failed.cause()),
                    cancelled -> new Outcome.Cancelled<>(cancelled.detail()));
            status = next.end.status();
        } finally {
            lock.unlock();
        }
        goOn(next);
    }

    private void toBegin(int node, Next next) {
        states[node] = State.BEGUN;
        begun++;
        next.begin.add(node);
    }

    /** Whether everything that could go on waits for people. */
    private TaskStatus running() {
        return begun > 0 && begun == asked.size() ? TaskStatus.RUNNING_TO_BE_APPROVED : TaskStatus.RUNNING;
    }

    private ApprovalQuestion question(String operation) {
        return new ApprovalQuestion(operation, how, deadlineNanos, id(), context);
    }

    /** Keeps it to be withdrawn with the plan; at once if that has ended. */
    private void waitFor(int node, ApprovalRun run) {
        boolean late;
        lock.lock();
        try {
            late = status.isFinal() || (node != WHOLE_PLAN && aborter >= 0);
            if (!late && !run.status().isFinal() && (node == WHOLE_PLAN || states[node] == State.BEGUN)) {
                asked.put(node, run);
                status = node == WHOLE_PLAN ? status : running();
            }
        } finally {
            lock.unlock();
        }
        if (late) {
            run.cancel(TaskDetail.WITH_PARENT);
        }
    }

    @Override
    public String id() {
        return parts.ids().id(number);
    }

    /** The name of the plan. */
    @Override
    public String agent() {
        return plan.name();
    }

    @Override
    public TaskStatus status() {
        return status;
    }

    @Override
    public Optional<Progress> progress() {
        lock.lock();
        try {
            return Optional.of(new Progress("nodes", (states.length - open) / (double) states.length));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean cancel() {
        return end(TaskDetail.BY_CALLER, true);
    }

    /** Ends the plan and leaves its tasks to who drains their agents. */
    boolean shutDown() {
        return end(TaskDetail.SHUTDOWN, false);
    }

    private boolean end(TaskDetail detail, boolean cancelTasks) {
        var next = new Next();
        lock.lock();
        try {
            if (status.isFinal()) {
                return false;
            }
            next.end = new Outcome.Cancelled<>(detail);
            status = next.end.status();
            next.withdraw.addAll(asked.values());
            next.withdrawAs = cancelTasks ? TaskDetail.WITH_PARENT : detail;
            asked.clear();
            if (cancelTasks) {
                addBegun(next.cancel);
            }
        } finally {
            lock.unlock();
        }
        goOn(next);
        return true;
    }

    @Override
    public CompletionStage<Outcome<PlanResult>> outcome() {
        return outcome.minimalCompletionStage();
    }

    @Override
    public Optional<Outcome<PlanResult>> awaitOutcome(Duration timeout) {
        Limits.notNegative("timeout", timeout);
        if (outcome.isDone() || parts.dispatcher().await(outcome, timeout.toNanos())) {
            return Optional.ofNullable(outcome.getNow(null));
        }
        return Optional.empty();
    }

    CompletableFuture<Outcome<PlanResult>> done() {
        return outcome;
    }

    @Override
    public String toString() {
        return "Plan " + id() + " of " + plan.name() + ": " + status;
    }

    private void goOn(Next first) {
        // not by recursion: many nodes in a row may end as soon as they begin
        Deque<Next> todo = new ArrayDeque<>();
        todo.add(first);
        while (!todo.isEmpty()) {
            Next next = todo.remove();
            cancel(next.cancel);
            next.withdraw.forEach(run -> run.cancel(next.withdrawAs));
            for (int node : next.begin) {
                Outcome<?> atOnce = begin(node);
                if (atOnce != null) {
                    todo.add(settle(node, atOnce));
                }
            }
            if (next.end != null) {
                outcome.complete(next.end);
            }
        }
    }

    /** What is queued first: it would begin in the slots of what runs. */
    private static void cancel(List<TaskCell<?, ?>> cells) {
        for (TaskCell<?, ?> cell : cells) {
            if (cell.status.state() == TaskState.QUEUED) {
                cell.mailbox.cancel(cell, TaskDetail.WITH_PARENT);
            }
        }
        for (TaskCell<?, ?> cell : cells) {
            cell.mailbox.cancel(cell, TaskDetail.WITH_PARENT);
        }
    }

    /** Null if it has begun; else how it ended without that. */
    private @Nullable Outcome<?> begin(int node) {
        NodeRef<?> ref = plan.nodes.get(node);
        if (ref.node instanceof PlanNode.Task<?, ?> task) {
            return begin(node, task);
        }
        ask(node, ref.name, (PlanNode.Asking) ref.node);
        return null;
    }

    private void ask(int node, String name, PlanNode.Asking what) {
        List<@Nullable Object> answers = answers(node);
        Object answer = answers.isEmpty() ? null : answers.get(0);
        ApprovalRun run = approvals.begin(question(plan.name() + '/' + name), () -> what.approval(answer), answer);
        waitFor(node, run);
        run.outcome().thenAccept(result -> goOn(settle(node, result)));
    }

    private <I, O extends @Nullable Object> @Nullable Outcome<?> begin(int node, PlanNode.Task<I, O> what) {
        I input = what.input(answers(node));
        AgentRef<I, O> agent = what.agent();
        if (input == null) {
            return failed(new MnemeException("a node whose input is another's answer cannot begin: that was null"));
        }
        TaskCell<I, O> cell = agent.mailbox()
                .submitNode(agent.spec(), input, how, deadlineNanos, context, result -> goOn(settle(node, result)));
        if (cell == null) {
            return failed(new SubmissionRejectedException(RejectReason.DRAINING, Duration.ZERO));
        }
        boolean late;
        lock.lock();
        try {
            if (states[node] == State.BEGUN) {
                cells[node] = cell;
            }
            late = status.isFinal() || aborter >= 0;
        } finally {
            lock.unlock();
        }
        if (late) {
            // it was cancelled while this one was on its way
            cell.mailbox.cancel(cell, TaskDetail.WITH_PARENT);
        }
        return null;
    }

    private static Outcome<?> failed(Throwable cause) {
        return new Outcome.Failed<>(TaskDetail.HANDLER_FAILED, cause);
    }

    private List<@Nullable Object> answers(int node) {
        lock.lock();
        try {
            List<@Nullable Object> answers = new ArrayList<>();
            for (int i = 0; i < plan.sources[node]; i++) {
                if (outcomes[plan.needs[node][i]] instanceof Outcome.Completed<?> answer) {
                    answers.add(answer.value());
                }
            }
            return answers;
        } finally {
            lock.unlock();
        }
    }

    private Next settle(int node, Outcome<?> result) {
        var next = new Next();
        lock.lock();
        try {
            outcomes[node] = result;
            cells[node] = null;
            asked.remove(node);
            begun--;
            Deque<Integer> settled = new ArrayDeque<>();
            settle(node, result.isCompleted() ? State.ANSWERED : State.FAILED, settled);
            if (states[node] == State.FAILED && plan.policies[node] == FailurePolicy.FAIL_FAST && aborter < 0) {
                abort(node, next);
            }
            while (!settled.isEmpty()) {
                tell(settled.remove(), settled, next);
            }
            if (open == 0 && !status.isFinal()) {
                status = TaskStatus.COMPLETED;
                next.end = new Outcome.Completed<>(result());
            }
            if (status.isFinal()) {
                next.begin.clear();
            } else {
                status = running();
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    private void settle(int node, State state, Deque<Integer> settled) {
        states[node] = state;
        open--;
        settled.add(node);
    }

    private void tell(int node, Deque<Integer> settled, Next next) {
        for (int dependent : plan.neededBy[node]) {
            if (--left[dependent] == 0 && states[dependent] == State.WAITING) {
                if (canBegin(dependent)) {
                    toBegin(dependent, next);
                } else {
                    settle(dependent, State.SKIPPED, settled);
                }
            }
        }
    }

    private boolean canBegin(int node) {
        int[] needs = plan.needs[node];
        int answers = 0;
        for (int i = 0; i < plan.sources[node]; i++) {
            answers += states[needs[i]] == State.ANSWERED ? 1 : 0;
        }
        for (int i = plan.sources[node]; i < needs.length; i++) {
            boolean passed = states[needs[i]] == State.FAILED && plan.policies[needs[i]] == FailurePolicy.CONTINUE;
            if (!passed && states[needs[i]] != State.ANSWERED) {
                return false;
            }
        }
        return answers >= plan.needed(node);
    }

    private void abort(int node, Next next) {
        aborter = node;
        addBegun(next.cancel);
        next.withdraw.addAll(asked.values());
        for (int i = 0; i < states.length; i++) {
            if (states[i] == State.WAITING) {
                states[i] = State.SKIPPED;
                open--;
            }
        }
    }

    private void addBegun(List<TaskCell<?, ?>> begun) {
        for (TaskCell<?, ?> cell : cells) {
            if (cell != null) {
                begun.add(cell);
            }
        }
    }

    private PlanResult result() {
        List<Optional<Outcome<?>>> all = new ArrayList<>();
        for (Outcome<?> each : outcomes) {
            all.add(Optional.ofNullable(each));
        }
        Map<Integer, Set<String>> causes = new LinkedHashMap<>();
        for (int node : plan.order()) {
            if (states[node] == State.SKIPPED) {
                causes.put(node, causes(node, causes));
            }
        }
        Map<String, Set<String>> skipped = new LinkedHashMap<>();
        for (int i = 0; i < states.length; i++) {
            if (causes.containsKey(i)) {
                skipped.put(plan.nodes.get(i).name, Set.copyOf(causes.get(i)));
            }
        }
        return new PlanResult(plan, List.copyOf(all), Collections.unmodifiableMap(skipped));
    }

    private Set<String> causes(int node, Map<Integer, Set<String>> known) {
        Set<String> causes = new LinkedHashSet<>();
        for (int needed : plan.needs[node]) {
            if (states[needed] == State.FAILED) {
                causes.add(plan.nodes.get(needed).name);
            }
            causes.addAll(known.getOrDefault(needed, Set.of()));
        }
        if (causes.isEmpty() && aborter >= 0) {
            causes.add(plan.nodes.get(aborter).name);
        }
        return causes;
    }
}
