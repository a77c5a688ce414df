package dev.mneme.bus;

import dev.mneme.bus.DrainReport.Unfinished;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Ends the work of some agents, and of the plans that use them: lets what was accepted end, and cancels the rest. */
final class Drain {

    private static final long LAST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final List<Mailbox> agents;
    private final List<PlanRun> plans;
    private final Dispatcher dispatcher;

    Drain(List<Mailbox> agents, List<PlanRun> plans, Dispatcher dispatcher) {
        this.agents = agents;
        this.plans = plans;
        this.dispatcher = dispatcher;
    }

    DrainReport run(Duration timeout) {
        long endedBefore = 0;
        for (Mailbox mailbox : agents) {
            endedBefore += mailbox.beginDrain();
        }
        CompletableFuture<Void> quiet = CompletableFuture.allOf(Stream.concat(
                        agents.stream().map(Mailbox::quiet), plans.stream().map(PlanRun::done))
                .toArray(CompletableFuture<?>[]::new));
        boolean inTime = quiet.isDone() || dispatcher.await(quiet, timeout.toNanos());
        List<Unfinished> unfinished = new ArrayList<>();
        for (PlanRun run : plans) {
            TaskStatus before = run.status();
            if (run.shutDown()) {
                unfinished.add(new Unfinished(run.agent(), run.id(), before));
            }
        }
        long ended = 0;
        for (Mailbox mailbox : agents) {
            ended += mailbox.cutOff(unfinished);
        }
        if (!inTime && !quiet.isDone()) {
            dispatcher.await(quiet, LAST_LOOK_NANOS);
        }
        int inside = agents.stream().mapToInt(Mailbox::handlersInside).sum();
        return new DrainReport(ended - endedBefore, unfinished, inside);
    }
}
