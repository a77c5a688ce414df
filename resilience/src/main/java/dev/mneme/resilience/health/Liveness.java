package dev.mneme.resilience.health;

import static java.util.Objects.requireNonNull;

import dev.mneme.HealthCheck;
import dev.mneme.HealthCheck.Rated;
import dev.mneme.HealthCheck.Result;
import dev.mneme.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Whether this process still turns: unhealthy when one of its loops has not beaten for too long, so that a restart would
 * help. It looks at nothing but this process's memory, never at a remote service, and never waits.
 *
 * <pre>{@code
 * Liveness.Loop relay = liveness.loop("relay", ofSeconds(30));
 * while (running) {
 *     relay.beat();
 *     ...
 * }
 * relay.close();
 * }</pre>
 *
 * <p>A process without loops is alive as long as it can say so. Safe for many threads.
 */
public final class Liveness {

    private static final int MOST_LOOPS = 256;

    private final ConcurrentSkipListMap<String, Loop> loops = new ConcurrentSkipListMap<>();
    private final Ticker ticker;

    private Liveness(Ticker ticker) {
        this.ticker = ticker;
    }

    public static Liveness create() {
        return create(Ticker.system());
    }

    /** A liveness that measures by this time. */
    public static Liveness create(Ticker ticker) {
        return new Liveness(requireNonNull(ticker, "ticker"));
    }

    /**
     * Begins to watch a loop, which counts as having just beaten. A loop of the same name that was watched before is
     * forgotten.
     *
     * @param name 1 to {@value Rated#MAX_NAME_LENGTH} characters on one line
     * @param beatsWithin the longest time between two beats; more than zero
     * @throws IllegalArgumentException if the name or the time is out of range
     * @throws IllegalStateException if 256 other loops are watched
     */
    public Loop loop(String name, Duration beatsWithin) {
        HealthCheck.of(name, Result::healthy).required();
        if (beatsWithin.isZero() || beatsWithin.isNegative()) {
            throw new IllegalArgumentException("beatsWithin must be more than zero, was " + beatsWithin);
        }
        if (loops.size() >= MOST_LOOPS && !loops.containsKey(name)) {
            throw new IllegalStateException("at most " + MOST_LOOPS + " loops can be watched, and so many are");
        }
        var loop = new Loop(name, beatsWithin);
        loops.put(name, loop);
        return loop;
    }

    /** Each watched loop in the order of names, and whether all of them beat. */
    public HealthReport report() {
        var services = new ArrayList<ServiceHealth>();
        for (Loop loop : loops.values()) {
            services.add(new ServiceHealth(loop.name, HealthCheck.Criticality.REQUIRED, loop.state(), Duration.ZERO));
        }
        return HealthReport.of(services);
    }

    /** A loop of this process that says now and then that it turns. */
    public final class Loop implements AutoCloseable {

        private final String name;
        private final Duration beatsWithin;
        private volatile long lastBeatNanos = ticker.nanos();

        private Loop(String name, Duration beatsWithin) {
            this.name = name;
            this.beatsWithin = beatsWithin;
        }

        /** Says that the loop turns. Costs a reading of the time and a volatile write. */
        public void beat() {
            lastBeatNanos = ticker.nanos();
        }

        /** Ends the watch, for a loop that is meant to end. */
        @Override
        public void close() {
            loops.remove(name, this);
        }

        private Result state() {
            Duration since = Duration.ofNanos(ticker.nanos() - lastBeatNanos);
            return since.compareTo(beatsWithin) <= 0
                    ? Result.healthy()
                    : Result.unhealthy("no beat for " + since.toSeconds() + " s");
        }
    }
}
