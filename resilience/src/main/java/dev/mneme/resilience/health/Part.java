package dev.mneme.resilience.health;

import static java.util.Objects.requireNonNull;

import dev.mneme.HealthCheck;
import dev.mneme.HealthCheck.Rated;
import dev.mneme.HealthCheck.Result;
import dev.mneme.resilience.health.Components.State;
import dev.mneme.resilience.health.StopReport.Outcome;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A component and where it stands. */
final class Part {

    private static final Logger LOG = LoggerFactory.getLogger(Components.class);

    final String name;
    private final Component component;
    private final BooleanSupplier hostStops;
    private final Rated check;
    private final AtomicReference<State> state = new AtomicReference<>(State.NEW);

    /** @param hostStops whether the host as a whole is being stopped, so that no part of it is ready any more */
    Part(Component component, BooleanSupplier hostStops) {
        this.hostStops = hostStops;
        this.name = component.name();
        this.component = component;
        this.check = new Rated(name, HealthCheck.of(name, this::health), component.criticality());
    }

    State state() {
        return requireNonNull(state.get());
    }

    Rated check() {
        return check;
    }

    Step beginStart() {
        state.set(State.STARTING);
        // no daemon: threads the component makes inherit it, and a host's own must keep the JVM alive
        return Step.begin("mneme-start-" + name, false, this::startUnlessGivenUp);
    }

    private void startUnlessGivenUp() throws Exception {
        component.start();
        if (!state.compareAndSet(State.STARTING, State.STARTED)) {
            LOG.warn("component {} started when its time was over, and is stopped again", name);
            stopAfterLateStart();
        }
    }

    private void stopAfterLateStart() {
        try {
            component.stop();
        } catch (Throwable e) {
            LOG.warn("component {} failed to stop: {}", name, Failure.words(e));
        }
    }

    /** Marks the start as failed; false if it has succeeded after all. */
    boolean giveUpStart() {
        return state.compareAndSet(State.STARTING, State.FAILED);
    }

    Outcome stop(long untilNanos) {
        state.set(State.STOPPING);
        Step.End end = stopStep(untilNanos);
        state.set(State.STOPPED);
        Throwable failure = end.failure();
        if (failure != null) {
            LOG.warn("component {} failed to stop: {}", name, Failure.words(failure));
            return Outcome.FAILED;
        }
        if (end.kind() == Step.Kind.GIVEN_UP) {
            LOG.warn("component {} did not stop in its time and was interrupted", name);
            return Outcome.TIMED_OUT;
        }
        return Outcome.STOPPED;
    }

    private Step.End stopStep(long untilNanos) {
        try {
            return Step.begin("mneme-stop-" + name, true, component::stop).awaitWhole(untilNanos);
        } catch (Throwable e) {
            // no thread to be had: the other components must be stopped all the same
            return new Step.End(Step.Kind.FAILED, e);
        }
    }

    private Result health() throws Exception {
        if (hostStops.getAsBoolean()) {
            return Result.unhealthy("stopping");
        }
        return switch (state()) {
            case NEW -> Result.unhealthy("not started");
            case STARTING -> Result.unhealthy("starting");
            case STARTED -> component.health();
            case STOPPING -> Result.unhealthy("stopping");
            case STOPPED -> Result.unhealthy("stopped");
            case FAILED -> Result.unhealthy("failed to start");
        };
    }
}
