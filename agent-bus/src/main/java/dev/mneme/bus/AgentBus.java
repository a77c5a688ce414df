package dev.mneme.bus;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.mneme.Ticker;
import dev.mneme.bus.DrainReport.Unfinished;
import dev.mneme.events.stream.spi.WorkerThreads;
import dev.mneme.resilience.Deadline;
import dev.mneme.resilience.Resilience;
import dev.mneme.resilience.Retry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The agents of one process, and the work that they are given.
 *
 * <pre>{@code
 * try (AgentBus bus = AgentBus.create()) {
 *     AgentRef<Query, Notes> researcher = bus.register(AgentSpec.<Query, Notes>named("researcher")
 *             .capacity(500).maxConcurrency(3).timeout(ofSeconds(90)).retry(RetrySettings.of(3, ofMillis(200), ofSeconds(5)))
 *             .handler((query, ctx) -> {
 *                 var call = llm.newCall(query, ctx.remaining());
 *                 ctx.onCancel(call::close);
 *                 return Notes.parse(call.execute());
 *             }));
 *     researcher.submit(query, Submit.by(tenant).priority(HIGH))
 *             .handle(this::follow, rejected -> tooMany(rejected.retryAfter()));
 * }
 * }</pre>
 *
 * <p>Nothing of it outlives the process: what is queued when that ends is gone. Safe for use by many threads. Its own
 * threads are daemons, begun when there is something to do and ended when there has been nothing for some seconds.
 */
public final class AgentBus implements AutoCloseable {

    /** The most agents that one bus keeps. */
    public static final int MAX_AGENTS = 1_000_000;

    private static final long LAST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int CONTROL_THREADS = 4;
    static final int DEFAULT_PLAN_NODES = 100_000;
    private static final Duration PLAN_DEADLINE = Duration.ofDays(1);
    private static final long FULL_OF_PLANS_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Parts parts;
    private final UnaryOperator<Resilience.Builder> resilience;
    private final Duration drainFor;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Mailbox> agents = new LinkedHashMap<>();
    private List<AgentWatcher> watchers = List.of();
    private final Set<PlanRun> plans = new LinkedHashSet<>();
    private final int maxPlanNodes;
    private int planNodes;
    private boolean draining;

    AgentBus(Parts parts, UnaryOperator<Resilience.Builder> resilience, Duration drainFor, int maxPlanNodes) {
        this.maxPlanNodes = maxPlanNodes;
        this.parts = parts;
        this.resilience = resilience;
        this.drainFor = drainFor;
    }

    public static AgentBus create() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Adds an agent; it takes tasks from now on.
     *
     * @throws IllegalArgumentException if an agent of this name is registered, or there are {@value #MAX_AGENTS} already
     * @throws IllegalStateException if the bus was drained or closed
     */
    public <I, O extends @Nullable Object> AgentRef<I, O> register(AgentSpec<I, O> spec) {
        var mailbox = new Mailbox(spec, retry(spec), parts);
        List<AgentWatcher> watching;
        lock.lock();
        try {
            if (draining) {
                throw new IllegalStateException("the bus was drained; agent " + spec.name + " cannot be registered");
            }
            if (agents.containsKey(spec.name)) {
                throw new IllegalArgumentException(
                        "an agent's name must be its own; there is another agent named " + spec.name);
            }
            if (agents.size() >= MAX_AGENTS) {
                throw new IllegalArgumentException("there must be at most " + MAX_AGENTS + " agents, and are");
            }
            agents.put(spec.name, mailbox);
            watching = watchers;
        } finally {
            lock.unlock();
        }
        watching.forEach(watcher -> watcher.appeared(mailbox));
        return new AgentRef<>(mailbox, spec);
    }

    /**
     * Drains one agent, as {@link #drain} does all, and removes it; its name is free afterwards. Nothing if it is gone.
     *
     * @throws IllegalArgumentException if the agent is another bus's, or the timeout negative or more than a year
     */
    public DrainReport deregister(AgentRef<?, ?> agent, Duration timeout) {
        Limits.notNegative("timeout", timeout);
        Mailbox mailbox = agent.mailbox();
        requireOwn(mailbox);
        DrainReport report = drain(List.of(mailbox), List.of(), timeout);
        List<AgentWatcher> watching;
        lock.lock();
        try {
            watching = agents.remove(agent.name(), mailbox) ? watchers : List.of();
        } finally {
            lock.unlock();
        }
        watching.forEach(watcher -> watcher.gone(mailbox));
        return report;
    }

    /**
     * Submits a plan: its nodes' tasks are of the tenant, the session and the priority named here, under the diagnostic context
     * of the calling thread. A task for which its agent's queue has no room waits beside that queue, so an accepted plan is
     * never short of room; what bounds it is {@code maxPlanNodes}.
     *
     * <p>The plan's outcome is a {@link PlanResult} once every node has ended or is skipped, whatever failed; to cancel the
     * handle is to cancel all its tasks. The deadline holds for each of its tasks; a day, if nothing is said. A key means
     * nothing here.
     *
     * @return rejected if the bus is drained, the deadline of the calling thread has passed, or too many nodes are underway
     * @throws IllegalArgumentException if an agent of it is not of this bus
     */
    public Submission<PlanResult> submit(Plan plan, Submit how) {
        plan.nodes.forEach(node -> requireOwn(node.node.agent().mailbox()));
        long now = parts.ticker().nanos();
        long allowed = Math.min(
                how.deadline().orElse(PLAN_DEADLINE).toNanos(),
                Deadline.current()
                        .map(deadline -> deadline.remaining().toNanos())
                        .orElse(Long.MAX_VALUE));
        if (allowed <= 0) {
            return Rejections.of(RejectReason.DEADLINE_PASSED, 0);
        }
        var run = new PlanRun(
                plan, parts, how.forChild(), now + allowed, parts.carrier().capture());
        lock.lock();
        try {
            if (draining) {
                return Rejections.of(RejectReason.DRAINING, 0);
            }
            if (plan.size() > maxPlanNodes - planNodes) {
                return Rejections.of(RejectReason.QUEUE_FULL, FULL_OF_PLANS_NANOS);
            }
            planNodes += plan.size();
            plans.add(run);
        } finally {
            lock.unlock();
        }
        run.outcome().thenAccept(outcome -> forget(run, plan.size()));
        run.begin();
        return new Submission.Accepted<>(run);
    }

    /** Plans that have not ended. */
    public int runningPlans() {
        lock.lock();
        try {
            return plans.size();
        } finally {
            lock.unlock();
        }
    }

    /** What all agents do now, in the order in which they were registered. */
    public List<AgentNumbers> numbers() {
        return mailboxes(false).stream().map(Mailbox::numbers).toList();
    }

    /**
     * Ends the work: from the first moment on nothing more is accepted, by any agent and from anybody, running tasks
     * included; but for the tasks of plans that were. What was accepted may end in its own way until the timeout, repeated
     * attempts included; what has not is cancelled then, as {@link TaskDetail#SHUTDOWN}, and named in the report. Returns at
     * the timeout at the latest, but for a fifth of a second in which handlers told to stop may return. An interrupt, which
     * is kept, ends the wait as the timeout does. Once drained a bus stays so.
     *
     * @throws IllegalArgumentException if the timeout is negative or more than a year
     */
    public DrainReport drain(Duration timeout) {
        Limits.notNegative("timeout", timeout);
        List<Mailbox> all = mailboxes(true);
        return drain(all, plans(), timeout);
    }

    /** {@link #drain} with the time that the builder was given; 10 s by default. */
    @Override
    public void close() {
        drain(drainFor);
    }

    /** Told of every agent there is now, and of those that come and go later; under no lock. */
    void watch(AgentWatcher watcher) {
        List<Mailbox> present;
        lock.lock();
        try {
            List<AgentWatcher> all = new ArrayList<>(watchers);
            all.add(watcher);
            watchers = List.copyOf(all);
            present = List.copyOf(agents.values());
        } finally {
            lock.unlock();
        }
        present.forEach(watcher::appeared);
    }

    interface AgentWatcher {

        void appeared(Mailbox agent);

        void gone(Mailbox agent);
    }

    private void requireOwn(Mailbox mailbox) {
        if (mailbox.parts().timers() != parts.timers()) {
            throw new IllegalArgumentException("agent must be registered here, was of another bus: " + mailbox.name());
        }
    }

    private void forget(PlanRun run, int nodes) {
        lock.lock();
        try {
            if (plans.remove(run)) {
                planNodes -= nodes;
            }
        } finally {
            lock.unlock();
        }
    }

    private List<PlanRun> plans() {
        lock.lock();
        try {
            return List.copyOf(plans);
        } finally {
            lock.unlock();
        }
    }

    private DrainReport drain(List<Mailbox> which, List<PlanRun> running, Duration timeout) {
        long endedBefore = 0;
        for (Mailbox mailbox : which) {
            endedBefore += mailbox.beginDrain();
        }
        CompletableFuture<Void> quiet = CompletableFuture.allOf(Stream.concat(
                        which.stream().map(Mailbox::quiet), running.stream().map(PlanRun::done))
                .toArray(CompletableFuture<?>[]::new));
        boolean inTime = quiet.isDone() || parts.dispatcher().await(quiet, timeout.toNanos());
        List<Unfinished> unfinished = new ArrayList<>();
        for (PlanRun run : running) {
            TaskStatus before = run.status();
            if (run.shutDown()) {
                unfinished.add(new Unfinished(run.agent(), run.id(), before));
            }
        }
        long ended = 0;
        for (Mailbox mailbox : which) {
            ended += mailbox.cutOff(unfinished);
        }
        if (!inTime && !quiet.isDone()) {
            parts.dispatcher().await(quiet, LAST_LOOK_NANOS);
        }
        int inside = which.stream().mapToInt(Mailbox::handlersInside).sum();
        return new DrainReport(ended - endedBefore, unfinished, inside);
    }

    private List<Mailbox> mailboxes(boolean drain) {
        lock.lock();
        try {
            draining |= drain;
            return List.copyOf(agents.values());
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Retry retry(AgentSpec<?, ?> spec) {
        if (spec.retrySettings == null) {
            return spec.retry;
        }
        // one for each agent: its budget is this agent's, and the number of names in one is bounded
        return resilience
                .apply(Resilience.builder().ticker(parts.ticker()))
                .build()
                .retry(spec.name, spec.retrySettings);
    }

    /** Settings of a bus to be. Not for use by several threads. */
    public static final class Builder {

        private BusThreads threads = BusThreads.standard();
        private ContextCarrier carrier = ContextCarrier.mdc();
        private Ticker ticker = Ticker.system();
        private boolean systemTicker = true;
        private Duration drainFor = Duration.ofSeconds(10);
        private UnaryOperator<Resilience.Builder> resilience = UnaryOperator.identity();
        private int maxPlanNodes = DEFAULT_PLAN_NODES;

        private Builder() {}

        /** Where handlers run; {@link BusThreads#standard()} by default. */
        public Builder threads(BusThreads threads) {
            this.threads = requireNonNull(threads, "threads");
            return this;
        }

        /** What goes with a task from the thread that submits it; {@link ContextCarrier#mdc()} by default. */
        public Builder context(ContextCarrier carrier) {
            this.carrier = requireNonNull(carrier, "carrier");
            return this;
        }

        /** The clock of deadlines and waits; the system's by default. One that is moved by hand is looked at every 5 ms. */
        public Builder ticker(Ticker ticker) {
            this.ticker = requireNonNull(ticker, "ticker");
            this.systemTicker = false;
            return this;
        }

        /**
         * How long {@link AgentBus#close} lets tasks end in their own way; 10 s by default.
         *
         * @throws IllegalArgumentException if it is negative, or more than a year
         */
        public Builder drainFor(Duration drainFor) {
            Limits.notNegative("drainFor", drainFor);
            this.drainFor = drainFor;
            return this;
        }

        /**
         * The most nodes that all accepted plans together may have; 100,000 by default.
         *
         * @throws IllegalArgumentException if it is not 1 to 100,000,000
         */
        public Builder maxPlanNodes(int maxPlanNodes) {
            Limits.between("maxPlanNodes", maxPlanNodes, 1, 100_000_000);
            this.maxPlanNodes = maxPlanNodes;
            return this;
        }

        /** Changes the settings of the retries of those agents that have {@code RetrySettings}: their classifier, say. */
        public Builder retries(UnaryOperator<Resilience.Builder> settings) {
            this.resilience = requireNonNull(settings, "settings");
            return this;
        }

        public AgentBus build() {
            Timers timers = new TimerThread(ticker, systemTicker).timers();
            var parts = new Parts(
                    ticker,
                    timers,
                    threads.dispatcher(),
                    control(),
                    carrier,
                    TaskIds.random(),
                    (failure, attempts, settings) -> attempts.waitAfter(failure),
                    null);
            return new AgentBus(parts, resilience, drainFor, maxPlanNodes);
        }

        private static Executor control() {
            ThreadFactory virtual = WorkerThreads.virtual("mneme-bus-control-");
            if (virtual != null) {
                return act -> virtual.newThread(act).start();
            }
            // its queue is bounded by the tasks accepted: an end and some actions on cancel for each
            var pool = new ThreadPoolExecutor(
                    CONTROL_THREADS,
                    CONTROL_THREADS,
                    5,
                    SECONDS,
                    new LinkedBlockingQueue<>(),
                    WorkerThreads.daemon("mneme-bus-control-"));
            pool.allowCoreThreadTimeOut(true);
            return pool;
        }
    }
}
