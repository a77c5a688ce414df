package dev.mneme.resilience.health;

import dev.mneme.HealthCheck;
import dev.mneme.HealthCheck.Rated;
import dev.mneme.MnemeException;
import dev.mneme.resilience.health.StopReport.Outcome;
import dev.mneme.resilience.health.StopReport.Stopped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a host: started one after the other, each after those it depends on, and stopped in the opposite order.
 *
 * <pre>{@code
 * Components components = Components.of(redis, outbox, relay);
 * Runtime.getRuntime().addShutdownHook(new Thread(components::close));
 * components.start();
 * Health health = Health.of(components, qdrant.optional());
 * }</pre>
 *
 * <p>As a source of checks it reports every part: unhealthy unless started, and then what the part says itself. A host
 * that is being stopped is therefore not ready from the first moment.
 *
 * <p><b>Bounds.</b> All starts together take at most {@code startWithin} (60 s unless set), all stops together at most
 * {@code stopWithin} (30 s unless set). A part that stops may take the time that is left divided by the parts that are
 * left, so that a hung one leaves the others their share, and a quick one leaves them more.
 *
 * <p>Started once and stopped once. Safe for many threads; {@code stop} may come while {@code start} runs.
 */
public final class Components implements HealthCheck.Source, AutoCloseable {

    /** Where a component stands. */
    public enum State {
        /** Not come to yet. */
        NEW,
        /** Its {@code start} runs. */
        STARTING,
        /** It works. */
        STARTED,
        /** Its {@code stop} runs. */
        STOPPING,
        /** Its {@code stop} has ended, or its time for it has. */
        STOPPED,
        /** Its {@code start} threw or took too long. */
        FAILED
    }

    private enum Phase {
        NEW,
        STARTING,
        RUNNING,
        STOPPING,
        STOPPED
    }

    private static final int MOST_COMPONENTS = 256;

    private final List<Part> parts;
    private final List<Rated> checks;
    private final Duration startWithin;
    private final Duration stopWithin;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.NEW);
    private final CompletableFuture<StopReport> stopped = new CompletableFuture<>();
    private volatile @Nullable Step starting;

    private Components(Builder builder) {
        this.parts = StartOrder.of(builder.components).stream()
                .map(component -> new Part(component, () -> phase.get() == Phase.STOPPING))
                .toList();
        this.checks = parts.stream().map(Part::check).toList();
        this.startWithin = builder.startWithin;
        this.stopWithin = builder.stopWithin;
    }

    /**
     * The given parts, with the usual bounds.
     *
     * @throws IllegalArgumentException if two have one name, one depends on a part that is not given, some depend on each
     *     other in a circle (the message names them), or there are more than 256
     */
    public static Components of(Component... components) {
        return builder(components).build();
    }

    /** The given parts, with other bounds. */
    public static Builder builder(Component... components) {
        return new Builder(List.of(components));
    }

    /**
     * Starts all parts, and returns when they work. If one cannot be started, or the calling thread is interrupted, or
     * {@link #stop()} comes, those started before are stopped again.
     *
     * @throws MnemeException if not all parts could be started; none runs then
     * @throws IllegalStateException if it was called before, or after {@link #stop()}
     */
    public void start() {
        if (!phase.compareAndSet(Phase.NEW, Phase.STARTING)) {
            throw new IllegalStateException("components can be started once, were " + phase.get());
        }
        long untilNanos = System.nanoTime() + startWithin.toNanos();
        for (Part part : parts) {
            MnemeException failure = start(part, untilNanos);
            if (failure != null) {
                phase.set(Phase.STOPPING);
                stopStarted();
                throw failure;
            }
        }
        if (!phase.compareAndSet(Phase.STARTING, Phase.RUNNING)) {
            stopStarted();
            throw new MnemeException("the components were stopped while they started");
        }
    }

    private @Nullable MnemeException start(Part part, long untilNanos) {
        if (phase.get() != Phase.STARTING) {
            return new MnemeException("the components were stopped while they started");
        }
        Step step;
        try {
            step = part.beginStart();
        } catch (Throwable e) {
            // no thread to be had
            part.giveUpStart();
            return notStarted(part, new Step.End(Step.Kind.FAILED, e));
        }
        starting = step;
        // stop() either sees the step, or came so early that it is seen here
        if (phase.get() != Phase.STARTING) {
            step.giveUp();
        }
        Step.End end;
        try {
            end = step.await(untilNanos);
        } catch (InterruptedException e) {
            step.giveUp();
            Thread.currentThread().interrupt();
            end = new Step.End(Step.Kind.GIVEN_UP, e);
        }
        if (end.kind() == Step.Kind.DONE || !part.giveUpStart()) {
            return null;
        }
        return notStarted(part, end);
    }

    private MnemeException notStarted(Part part, Step.End end) {
        Throwable failure = end.failure();
        String why;
        if (phase.get() != Phase.STARTING) {
            why = "was stopped while it started";
        } else if (failure instanceof InterruptedException && end.kind() == Step.Kind.GIVEN_UP) {
            why = "was not waited for: the calling thread was interrupted";
        } else if (failure == null) {
            why = "did not start in time, all together have " + startWithin;
        } else {
            why = "did not start: " + Failure.words(failure);
        }
        return new MnemeException(
                "component '" + part.name + "' " + why + "; those started before it were stopped", failure);
    }

    /**
     * Stops all parts that were started, the last started first, and waits for them within the bound. A second call
     * waits for the first and returns the same. An interrupt does not shorten the wait, and the flag is kept.
     *
     * @return how each part stopped; a part that did not stop in time is in it, and nothing is thrown
     */
    public StopReport stop() {
        if (phase.compareAndSet(Phase.NEW, Phase.STOPPED)) {
            stopped.complete(new StopReport(List.of()));
        } else if (phase.compareAndSet(Phase.STARTING, Phase.STOPPING)) {
            Step step = starting;
            if (step != null) {
                step.giveUp();
            }
        } else if (phase.compareAndSet(Phase.RUNNING, Phase.STOPPING)) {
            return stopStarted();
        }
        return awaitStopped();
    }

    /** {@link #stop()}, for those who cannot use the answer: what did not stop cleanly is logged as a warning. */
    @Override
    public void close() {
        stop();
    }

    private StopReport stopStarted() {
        long untilNanos = System.nanoTime() + stopWithin.toNanos();
        var running = new ArrayList<Part>();
        for (Part part : parts) {
            if (part.state() == State.STARTED) {
                running.add(0, part);
            }
        }
        var outcomes = new ArrayList<Stopped>();
        for (int i = 0; i < running.size(); i++) {
            long nowNanos = System.nanoTime();
            long shareNanos = (untilNanos - nowNanos) / (running.size() - i);
            Part part = running.get(i);
            outcomes.add(new Stopped(part.name, part.stop(nowNanos + shareNanos)));
        }
        var report = new StopReport(outcomes);
        phase.set(Phase.STOPPED);
        stopped.complete(report);
        return report;
    }

    private StopReport awaitStopped() {
        long untilNanos = System.nanoTime() + stopWithin.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return stopped.get(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException | TimeoutException e) {
                    return notReached();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private StopReport notReached() {
        return new StopReport(parts.stream()
                .filter(part -> part.state() == State.STARTED || part.state() == State.STOPPING)
                .map(part -> new Stopped(part.name, Outcome.NOT_REACHED))
                .toList());
    }

    /** Where each part stands, in the order of starting. */
    public Map<String, State> states() {
        var states = new LinkedHashMap<String, State>();
        parts.forEach(part -> states.put(part.name, part.state()));
        return Collections.unmodifiableMap(states);
    }

    @Override
    public List<Rated> checks() {
        return checks;
    }

    /** The bounds of {@link Components}. Not safe for threads. */
    public static final class Builder {

        private static final Duration LONGEST = Duration.ofHours(1);

        private final List<Component> components;
        private Duration startWithin = Duration.ofSeconds(60);
        private Duration stopWithin = Duration.ofSeconds(30);

        private Builder(List<Component> components) {
            if (components.size() > MOST_COMPONENTS) {
                throw new IllegalArgumentException(
                        "there may be at most " + MOST_COMPONENTS + " components, were " + components.size());
            }
            this.components = components;
        }

        /**
         * How long all starts may take together, 60 s unless set.
         *
         * @throws IllegalArgumentException if it is not more than zero and at most 1 h
         */
        public Builder startWithin(Duration startWithin) {
            this.startWithin = checked("startWithin", startWithin);
            return this;
        }

        /**
         * How long all stops may take together, 30 s unless set.
         *
         * @throws IllegalArgumentException if it is not more than zero and at most 1 h
         */
        public Builder stopWithin(Duration stopWithin) {
            this.stopWithin = checked("stopWithin", stopWithin);
            return this;
        }

        /**
         * @throws IllegalArgumentException as {@link Components#of(Component...)} does
         */
        public Components build() {
            return new Components(this);
        }

        private static Duration checked(String what, Duration value) {
            if (value.isZero() || value.isNegative() || value.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException(
                        what + " must be more than zero and at most " + LONGEST + ", was " + value);
            }
            return value;
        }
    }
}
