package dev.mneme.resilience;

import static io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType.COUNT_BASED;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.mneme.Ticker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A strict breaker: it opens after so many failures in a row, lets exactly one probe at a time through when half-open,
 * and takes no notice of a result whose call began in an earlier state.
 *
 * <p>A gate around a Resilience4j breaker, which counts and keeps the state; the gate owns time, admission and which
 * results are passed on. Time is monotonic. Nothing a call does can wedge it: an {@link Error}, a throwing rule of the
 * classifier and a cancelled call end their permit, and a probe that never returns loses it with its lease.
 *
 * <p>Safe for use by many threads; never blocks but for a short lock, under which no foreign code runs.
 */
public final class CircuitBreaker {

    /** Whether a breaker lets calls through. */
    public enum State {
        /** Every call is made. */
        CLOSED,
        /** No call is made until the open time is over. */
        OPEN,
        /** One call at a time is made, to find out whether the target is back. */
        HALF_OPEN
    }

    enum Verdict {
        SUCCESS,
        FAILURE,
        IGNORED
    }

    /** The time between two changes of state; results count only in the epoch that admitted their call. */
    static final class Epoch {
        final State state;
        final long number;
        final int openings;
        final long openUntilNanos;

        Epoch(State state, long number, int openings, long openUntilNanos) {
            this.state = state;
            this.number = number;
            this.openings = openings;
            this.openUntilNanos = openUntilNanos;
        }
    }

    private final String name;
    private final BreakerSettings settings;
    private final Classifier classifier;
    private final Ticker ticker;
    private final io.github.resilience4j.circuitbreaker.CircuitBreaker machine;
    /** What the machine is told of each failure; it looks at nothing in it. */
    private final Exception failure;

    private final Transitions transitions = new Transitions();
    private final LongAdder blocked = new LongAdder();
    private final ReentrantLock lock = new ReentrantLock();

    /** Written under the lock. */
    private volatile Epoch epoch = new Epoch(State.CLOSED, 0, 0, 0);

    // guarded by the lock
    private @Nullable Permit probe;
    private int failuresInARow;
    private long successes;
    private long failures;
    private long ignored;
    private long stale;

    CircuitBreaker(String name, BreakerSettings settings, Classifier classifier, Ticker ticker) {
        Rules.name(name);
        this.name = name;
        this.settings = settings;
        this.classifier = classifier;
        this.ticker = ticker;
        this.failure = refusal();
        this.machine = io.github.resilience4j.circuitbreaker.CircuitBreaker.of(name, machineConfig(settings));
    }

    public String name() {
        return name;
    }

    public State state() {
        return epoch.state;
    }

    /**
     * Makes a call if the breaker lets it through, on the calling thread, and counts its result.
     *
     * @throws CallRefusedException if it does not; the call was not made
     * @throws X if the call failed
     */
    public <T extends @Nullable Object, X extends Exception> T call(Call<T, X> call) throws X {
        Permit permit = tryAdmit();
        if (permit == null) {
            throw refusal();
        }
        T answer;
        try {
            answer = call.call();
        } catch (Throwable t) {
            permit.finished(classifier.classify(t));
            throw t;
        }
        permit.succeeded();
        return answer;
    }

    /**
     * Tells a listener of every change of state from now on, in order, on the thread whose call or result brought it
     * about; a listener should be quick, and what it throws is logged and dropped.
     */
    public void onTransition(Consumer<BreakerTransition> listener) {
        transitions.listen(listener);
    }

    /** The numbers of a readiness page. */
    public BreakerNumbers numbers() {
        lock.lock();
        try {
            return new BreakerNumbers(
                    name,
                    epoch.state,
                    successes + failures + ignored + stale,
                    successes,
                    failures,
                    failuresInARow,
                    blocked.sum(),
                    stale,
                    Duration.ofNanos(nanosUntilRetry()));
        } finally {
            lock.unlock();
        }
    }

    /** A permit to make one call, which must be finished; null if the call must not be made. */
    @Nullable
    Permit tryAdmit() {
        Epoch current = epoch;
        if (current.state == State.CLOSED) {
            return new Permit(this, current, 0);
        }
        if (current.state == State.OPEN && current.openUntilNanos - ticker.nanos() > 0) {
            blocked.increment();
            return null;
        }
        Permit permit = tryAdmitProbe();
        transitions.deliver();
        return permit;
    }

    CallRefusedException refusal() {
        return new CallRefusedException(name, CallRefusedException.Reason.BREAKER_OPEN, nanosUntilRetry());
    }

    /** How long every call will be refused; zero when closed, half-open, or ready to be. */
    long nanosUntilRetry() {
        Epoch current = epoch;
        return current.state == State.OPEN ? Math.max(0, current.openUntilNanos - ticker.nanos()) : 0;
    }

    void finish(Permit permit, Verdict verdict) {
        lock.lock();
        try {
            if (permit.finished) {
                return;
            }
            permit.finished = true;
            if (permit.epoch != epoch) {
                stale++;
                return;
            }
            probe = null;
            if (verdict == Verdict.IGNORED) {
                ignored++;
            } else if (verdict == Verdict.SUCCESS) {
                countSuccess();
            } else {
                countFailure(ticker.nanos());
            }
        } finally {
            lock.unlock();
        }
        transitions.deliver();
    }

    private @Nullable Permit tryAdmitProbe() {
        lock.lock();
        try {
            long now = ticker.nanos();
            if (probe != null && probe.leaseEndNanos - now <= 0) {
                long end = probe.leaseEndNanos;
                probe = null;
                countFailure(end);
            }
            if (epoch.state == State.OPEN && epoch.openUntilNanos - now <= 0) {
                machine.transitionToHalfOpenState();
                enter(State.HALF_OPEN, epoch.openings, 0);
            }
            if (epoch.state == State.CLOSED) {
                return new Permit(this, epoch, 0);
            }
            if (epoch.state == State.OPEN || probe != null) {
                blocked.increment();
                return null;
            }
            probe = new Permit(this, epoch, now + settings.probeLease().toNanos());
            return probe;
        } finally {
            lock.unlock();
        }
    }

    private void countSuccess() {
        successes++;
        failuresInARow = 0;
        machine.onSuccess(0, NANOSECONDS);
        if (epoch.state == State.HALF_OPEN
                && machine.getState() == io.github.resilience4j.circuitbreaker.CircuitBreaker.State.CLOSED) {
            enter(State.CLOSED, 0, 0);
        }
    }

    private void countFailure(long atNanos) {
        failures++;
        failuresInARow++;
        if (epoch.state == State.HALF_OPEN) {
            // left to itself the machine waits for the second probe, and closes on one failure and one success
            machine.transitionToOpenState();
        } else {
            machine.onError(0, NANOSECONDS, failure);
        }
        if (machine.getState() == io.github.resilience4j.circuitbreaker.CircuitBreaker.State.OPEN) {
            int openings = epoch.openings + 1;
            enter(State.OPEN, openings, atNanos + settings.openNanos(openings));
        }
    }

    private void enter(State state, int openings, long openUntilNanos) {
        Epoch before = epoch;
        epoch = new Epoch(state, before.number + 1, openings, openUntilNanos);
        Duration openFor = state == State.OPEN ? Duration.ofNanos(settings.openNanos(openings)) : Duration.ZERO;
        transitions.add(new BreakerTransition(name, epoch.number, before.state, state, openFor));
    }

    private static CircuitBreakerConfig machineConfig(BreakerSettings settings) {
        return CircuitBreakerConfig.custom()
                .slidingWindow(settings.failuresInARow(), settings.failuresInARow(), COUNT_BASED)
                .failureRateThreshold(100)
                .permittedNumberOfCallsInHalfOpenState(settings.successesToClose())
                .waitIntervalFunctionInOpenState(
                        opening -> Math.max(1, NANOSECONDS.toMillis(settings.openNanos(opening))))
                // by default five successful calls of a minute would open it
                .slowCallRateThreshold(100)
                .slowCallDurationThreshold(Duration.ofDays(365))
                // the gate keeps the time; a wall clock may be set back and hold it open
                .clock(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC))
                .build();
    }
}
