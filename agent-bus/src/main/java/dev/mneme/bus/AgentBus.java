package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import dev.mneme.Ticker;
import dev.mneme.events.stream.ReplayBuffer;
import dev.mneme.resilience.Deadline;
import dev.mneme.resilience.Resilience;
import dev.mneme.resilience.Retry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
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

    /** The most topics of one bus. */
    public static final int MAX_TOPICS = 10_000;

    private static final Duration PLAN_DEADLINE = Duration.ofDays(1);

    private final Parts parts;
    private final UnaryOperator<Resilience.Builder> resilience;
    private final Duration drainFor;
    private final Agents agents = new Agents();
    private final Topics topics;
    private final RunningPlans plans;
    private final Approvals approvals;

    private AgentBus(Parts parts, Builder builder) {
        this.parts = parts;
        this.resilience = builder.resilience;
        this.drainFor = builder.drainFor;
        this.topics = new Topics(parts);
        this.plans = new RunningPlans(builder.maxPlanNodes);
        this.approvals = new Approvals(parts, parts.engine().approvals(), builder.approvals);
        SessionEvents events = parts.sessionEvents();
        if (events != null) {
            approvals.listen((record, event) -> record.request().session().ifPresent(session -> {
                events.add(session, () -> event);
                events.wake();
            }));
        }
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
        agents.add(mailbox);
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
        mailbox.requireOf(parts);
        DrainReport report = new Drain(List.of(mailbox), List.of(), parts.dispatcher()).run(timeout);
        agents.remove(mailbox);
        topics.forget(mailbox);
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
        plan.agents().forEach(agent -> agent.mailbox().requireOf(parts));
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
                plan,
                parts,
                approvals,
                how.forChild(),
                now + allowed,
                parts.carrier().capture());
        Submission.Rejected<PlanResult> rejected = plans.add(run, plan.size());
        if (rejected != null) {
            return rejected;
        }
        run.begin();
        return new Submission.Accepted<>(run);
    }

    /** The approvals: those that plans ask for, others, and what people decide. */
    public Approvals approvals() {
        return approvals;
    }

    /** Plans that have not ended. */
    public int runningPlans() {
        return plans.size();
    }

    /**
     * The topic of this name; made when it is asked for first, and kept as long as the bus.
     *
     * @param name 1 to 80 printable ASCII characters; from the host's own words
     * @param type what is published
     * @throws IllegalArgumentException if the name breaks this rule, the topic was made with another type, or there are {@value
     *     #MAX_TOPICS} topics already
     */
    public <E> Topic<E> topic(String name, Class<E> type) {
        return topics.get(name, requireNonNull(type, "type"));
    }

    /** What agents were told to do, by {@link AgentRef#tell} or through a topic, and did not. */
    public DeadLetters deadLetters() {
        return parts.deadLetters();
    }

    /** What became of the events of sessions so far; all zero without {@link Builder#sessionEvents}. */
    public SessionEventNumbers sessionEvents() {
        SessionEvents events = parts.sessionEvents();
        return events == null ? SessionEventNumbers.NONE : events.numbers();
    }

    /** What all agents do now, in the order in which they were registered. */
    public List<AgentNumbers> numbers() {
        return agents.all().stream().map(Mailbox::numbers).toList();
    }

    /**
     * Ends the work: from the first moment on nothing more is accepted, by any agent and from anybody, running tasks
     * included; but for the tasks of plans that were. What was accepted may end in its own way until the timeout, repeated
     * attempts included; what has not is cancelled then, as {@link TaskDetail#SHUTDOWN}, and named in the report. Returns at
     * the timeout at the latest, but for a fifth of a second in which handlers told to stop may return, and another one in which
     * events of sessions may be appended. An interrupt, which is kept, ends the wait as the timeout does. Once drained a bus stays so.
     *
     * @throws IllegalArgumentException if the timeout is negative or more than a year
     */
    public DrainReport drain(Duration timeout) {
        Limits.notNegative("timeout", timeout);
        long end = parts.ticker().nanos() + timeout.toNanos();
        DrainReport report = new Drain(agents.close(), plans.close(), parts.dispatcher()).run(timeout);
        approvals.close();
        SessionEvents events = parts.sessionEvents();
        if (events != null) {
            events.close(parts.dispatcher(), end - parts.ticker().nanos());
        }
        return report;
    }

    /** {@link #drain} with the time that the builder was given; 10 s by default. */
    @Override
    public void close() {
        drain(drainFor);
    }

    /** Told of every agent there is now, and of those that come and go later; under no lock. */
    void watch(Agents.Watcher watcher) {
        agents.watch(watcher);
    }

    long published(ToLongFunction<Topic<?>> count) {
        return topics.sum(count);
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
        private int maxPlanNodes = RunningPlans.DEFAULT_MAX_NODES;
        private int maxDeadLetters = DeadLetters.DEFAULT_KEPT;
        private InstantSource clock = InstantSource.system();
        private @Nullable ReplayBuffer sessionBuffer;
        private String sessionSource = "";
        private ApprovalSettings approvals = ApprovalSettings.defaults();

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

        /** How approvals are asked for, and where they are kept; {@link ApprovalSettings#defaults()} by default. */
        public Builder approvals(ApprovalSettings approvals) {
            this.approvals = requireNonNull(approvals, "approvals");
            return this;
        }

        /** Changes the settings of the retries of those agents that have {@code RetrySettings}: their classifier, say. */
        public Builder retries(UnaryOperator<Resilience.Builder> settings) {
            this.resilience = requireNonNull(settings, "settings");
            return this;
        }

        /**
         * How many dead letters are kept, with what the agents were given; 256 by default. One more, and the oldest makes
         * room.
         *
         * @throws IllegalArgumentException if it is not 0 to 1,000,000
         */
        public Builder maxDeadLetters(int maxDeadLetters) {
            Limits.between("maxDeadLetters", maxDeadLetters, 0, 1_000_000);
            this.maxDeadLetters = maxDeadLetters;
            return this;
        }

        /** The clock of the dates of dead letters and events; the system's by default. */
        public Builder clock(InstantSource clock) {
            this.clock = requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Has what happens to tasks of sessions appended to this buffer, as events of {@code dev.mneme.events.agent}: begun
         * (each attempt), progress, completed, failed, cancelled; and what happens to approvals of sessions. The buffer's codec must know them, and {@code
         * session.events.lost}, which stands where events are missing. Up to 10,000 wait for one thread of the bus that
         * appends; what comes while that is full, or is not taken by the buffer, is lost and counted. No task waits for it.
         *
         * <p>A drain waits for what is in the queue, until its own timeout. The buffer is the host's to close, after the bus.
         *
         * @param source where the events come from, as in {@code Envelope.source}: {@code "/agents"}, say
         */
        public Builder sessionEvents(ReplayBuffer buffer, String source) {
            this.sessionBuffer = requireNonNull(buffer, "buffer");
            this.sessionSource = requireNonNull(source, "source");
            return this;
        }

        public AgentBus build() {
            Timers timers = new TimerThread(ticker, systemTicker).timers();
            return build(new Engine(
                    ticker,
                    timers,
                    threads.dispatcher(),
                    ControlThreads.create(),
                    ControlThreads.unbounded(),
                    ApprovalThreads.create(),
                    TaskIds.random(),
                    (failure, attempts, settings) -> attempts.waitAfter(failure),
                    null));
        }

        /** With another clock, other threads and another chance than were set here. */
        AgentBus build(Engine engine) {
            var letters = new DeadLetters(maxDeadLetters, engine.events());
            return new AgentBus(new Parts(engine, carrier, clock, letters, sessionEvents(engine)), this);
        }

        private @Nullable SessionEvents sessionEvents(Engine engine) {
            ReplayBuffer buffer = sessionBuffer;
            return buffer == null
                    ? null
                    : new SessionEvents(
                            buffer,
                            sessionSource,
                            SessionEvents.CAPACITY,
                            clock,
                            engine.ticker(),
                            engine.timers(),
                            engine.events());
        }
    }
}
