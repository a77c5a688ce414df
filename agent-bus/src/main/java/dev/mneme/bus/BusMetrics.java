package dev.mneme.bus;

import static java.util.Locale.ROOT;
import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Micrometer meters of all agents of one bus, those registered later included; an agent's meters go when it is deregistered.
 *
 * <p>Tags: {@code agent}, the host's own names, and {@code state}, {@code outcome} or {@code reason} with a fixed set of values.
 * Tenants, sessions and tasks are in none.
 */
public final class BusMetrics implements MeterBinder {

    private final AgentBus bus;

    public BusMetrics(AgentBus bus) {
        this.bus = requireNonNull(bus, "bus");
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("mneme.bus.plans", bus, AgentBus::runningPlans)
                .description("plans that have not ended")
                .register(registry);
        approvals(bus.approvals(), registry);
        bus.watch(new AgentMetrics(registry));
        for (DeadLetter.Reason reason : DeadLetter.Reason.values()) {
            FunctionCounter.builder(
                            "mneme.bus.dead.letters",
                            bus,
                            b -> b.deadLetters().counts().getOrDefault(reason, 0L))
                    .description("what agents were told to do and did not")
                    .tag("reason", reason.name().toLowerCase(ROOT))
                    .register(registry);
        }
        count("mneme.bus.dead.letters.missed", b -> b.deadLetters().missed())
                .description("dead letters that a listener was not told of, for it was too far behind")
                .register(registry);
        count("mneme.bus.topic.deliveries", b -> b.published(Topic::accepted))
                .description("messages given to the subscribers of topics, each subscriber counted")
                .tag("outcome", "accepted")
                .register(registry);
        count("mneme.bus.topic.deliveries", b -> b.published(Topic::missed))
                .description("messages given to the subscribers of topics, each subscriber counted")
                .tag("outcome", "rejected")
                .register(registry);
        sessionEvents(registry, "appended", SessionEventNumbers::appended);
        sessionEvents(registry, "lost", SessionEventNumbers::lost);
        Gauge.builder(
                        "mneme.bus.session.events.waiting",
                        bus,
                        b -> b.sessionEvents().waiting())
                .description("events of sessions that have not been appended yet")
                .register(registry);
    }

    private void sessionEvents(MeterRegistry registry, String outcome, ToDoubleFunction<SessionEventNumbers> number) {
        count("mneme.bus.session.events", b -> number.applyAsDouble(b.sessionEvents()))
                .description("events of sessions for the replay buffer")
                .tag("outcome", outcome)
                .register(registry);
    }

    private FunctionCounter.Builder<AgentBus> count(String name, ToDoubleFunction<AgentBus> number) {
        return FunctionCounter.builder(name, bus, number);
    }

    private static void approvals(Approvals approvals, MeterRegistry registry) {
        Gauge.builder("mneme.bus.approvals.waiting", approvals, a -> a.numbers().waiting())
                .description("approvals without an answer")
                .register(registry);
        approvals(approvals, registry, "approved", ApprovalNumbers::approved);
        approvals(approvals, registry, "auto_approved", ApprovalNumbers::autoApproved);
        approvals(approvals, registry, "rejected", ApprovalNumbers::rejected);
        approvals(approvals, registry, "timed_out", ApprovalNumbers::timedOut);
        approvals(approvals, registry, "withdrawn", ApprovalNumbers::withdrawn);
        approvals(approvals, registry, "refused", ApprovalNumbers::refused);
        FunctionTimer.builder(
                        "mneme.bus.approvals.answer",
                        approvals,
                        a -> a.numbers().answered(),
                        a -> a.numbers().answerTime().toNanos(),
                        TimeUnit.NANOSECONDS)
                .description("approvals that somebody answered, and how long that took")
                .register(registry);
    }

    private static void approvals(
            Approvals approvals, MeterRegistry registry, String outcome, ToDoubleFunction<ApprovalNumbers> count) {
        FunctionCounter.builder("mneme.bus.approvals", approvals, a -> count.applyAsDouble(a.numbers()))
                .description("approvals that have ended")
                .tag("outcome", outcome)
                .register(registry);
    }

    private static final class AgentMetrics implements Agents.Watcher {

        private final MeterRegistry registry;
        private final Map<Mailbox, List<Meter>> meters = new ConcurrentHashMap<>();

        AgentMetrics(MeterRegistry registry) {
            this.registry = registry;
        }

        @Override
        public void appeared(Mailbox agent) {
            List<Meter> own = new ArrayList<>();
            state(agent, own, "parked", AgentNumbers::parked);
            state(agent, own, "queued", AgentNumbers::queued);
            state(agent, own, "backing_off", AgentNumbers::backingOff);
            state(agent, own, "awaiting", AgentNumbers::awaiting);
            state(agent, own, "running", AgentNumbers::running);
            handlers(agent, own, "stopping", AgentNumbers::stopping);
            handlers(agent, own, "zombie", AgentNumbers::zombies);
            ended(agent, own, "completed", AgentNumbers::completed);
            ended(agent, own, "failed", AgentNumbers::failed);
            ended(agent, own, "cancelled", AgentNumbers::cancelled);
            for (RejectReason reason : RejectReason.values()) {
                own.add(FunctionCounter.builder(
                                "mneme.bus.rejected",
                                agent,
                                a -> a.numbers().rejected().getOrDefault(reason, 0L))
                        .description("tasks not accepted")
                        .tag("agent", agent.name())
                        .tag("reason", reason.name().toLowerCase(ROOT))
                        .register(registry));
            }
            own.add(FunctionTimer.builder(
                            "mneme.bus.wait",
                            agent,
                            a -> a.numbers().begun(),
                            a -> a.numbers().waited().toNanos(),
                            TimeUnit.NANOSECONDS)
                    .description("attempts begun, and how long they had waited for a slot")
                    .tag("agent", agent.name())
                    .register(registry));
            own.add(FunctionTimer.builder(
                            "mneme.bus.run",
                            agent,
                            a -> a.numbers().returned(),
                            a -> a.numbers().ran().toNanos(),
                            TimeUnit.NANOSECONDS)
                    .description("attempts that returned in time, and how long they took")
                    .tag("agent", agent.name())
                    .register(registry));
            meters.put(agent, own);
        }

        @Override
        public void gone(Mailbox agent) {
            List<Meter> own = meters.remove(agent);
            if (own != null) {
                own.forEach(registry::remove);
            }
        }

        private void state(Mailbox agent, List<Meter> own, String state, ToDoubleFunction<AgentNumbers> count) {
            own.add(Gauge.builder("mneme.bus.tasks", agent, a -> count.applyAsDouble(a.numbers()))
                    .description("accepted tasks that have not ended")
                    .tag("agent", agent.name())
                    .tag("state", state)
                    .register(registry));
        }

        private void handlers(Mailbox agent, List<Meter> own, String state, ToDoubleFunction<AgentNumbers> count) {
            own.add(Gauge.builder("mneme.bus.handlers", agent, a -> count.applyAsDouble(a.numbers()))
                    .description("handlers whose task has ended and that have not returned")
                    .tag("agent", agent.name())
                    .tag("state", state)
                    .register(registry));
        }

        private void ended(Mailbox agent, List<Meter> own, String outcome, ToDoubleFunction<AgentNumbers> count) {
            own.add(FunctionCounter.builder("mneme.bus.ended", agent, a -> count.applyAsDouble(a.numbers()))
                    .description("tasks that have ended")
                    .tag("agent", agent.name())
                    .tag("outcome", outcome)
                    .register(registry));
        }
    }
}
