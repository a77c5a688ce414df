package dev.mneme.memory.redis;

import dev.mneme.Ticker;
import dev.mneme.resilience.BreakerSettings;
import dev.mneme.resilience.CallRefusedException;
import dev.mneme.resilience.CircuitBreaker;
import dev.mneme.resilience.Resilience;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The one way to the server for all calls of a {@link Redis}: decides at once, without waiting, whether a call is made.
 *
 * <ul>
 *   <li>One call that fails as calls to a server do that is away opens the breaker; a PING closes it.
 *   <li>While nothing at all was answered for longer than the patience though something was asked, calls that have an
 *       alternative are refused: of many readers only the first finds out that the server hangs.
 *   <li>At most {@value #MAX_IN_FLIGHT} calls are under way; after a return few of those that have an alternative, and
 *       twice as many with each success. One that goes to many slots of a cluster counts as many, and is let through if
 *       there is room for one. A call whose caller has given up counts until the client has ended it.
 * </ul>
 */
final class RedisGate {

    static final int MAX_IN_FLIGHT = 1_024;
    /** Enough for the leases of a hundred keys that are read together: what is refused one is loaded and not stored. */
    private static final int FIRST_IN_FLIGHT = 128;

    /** Who calls. */
    enum Urgency {
        /** Has an alternative: better refused than late. */
        IMPATIENT,
        /** Must be done, sooner or later. */
        PATIENT
    }

    /** A call that was not made. Has no trace: there may be very many. */
    static final class Refused extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Refused(String why) {
            super(why, null, false, false);
        }
    }

    private final Refused away = new Refused("Redis is away");
    private final Refused hanging = new Refused("Redis does not answer");
    private final Refused full = new Refused("too many calls to Redis are under way");

    private final Ticker ticker;
    private final long patienceNanos;
    private final CircuitBreaker breaker;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger limit = new AtomicInteger(FIRST_IN_FLIGHT);
    /** Grows with every opening: what was asked before says nothing about the time after. */
    private final AtomicLong era = new AtomicLong();

    private final LongAdder made = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder refused = new LongAdder();

    private volatile @Nullable RedisClusterAsyncCommands<String, byte[]> commands;
    private volatile long lastAnswerNanos;
    private volatile Consumer<Throwable> failures = failure -> {};

    RedisGate(Ticker ticker, Duration patience) {
        this.ticker = ticker;
        this.patienceNanos = patience.toNanos();
        this.breaker = Resilience.builder()
                .ticker(ticker)
                .build()
                .breaker(
                        "redis",
                        BreakerSettings.defaults()
                                .withFailuresInARow(1)
                                .withSuccessesToClose(1)
                                .withOpenTimes(Duration.ofMillis(50), 2, Duration.ofSeconds(1))
                                .withProbeLease(Duration.ofSeconds(30)));
        this.lastAnswerNanos = ticker.nanos();
        open(era.get());
    }

    /** Tells of failures from now on, on the thread that brings them; one listener. */
    void onFailure(Consumer<Throwable> listener) {
        this.failures = listener;
    }

    CircuitBreaker breaker() {
        return breaker;
    }

    /** Whether calls are let through now. */
    boolean isOpen() {
        return commands != null && breaker.state() == CircuitBreaker.State.CLOSED;
    }

    /**
     * Makes a call if it may be made now.
     *
     * @param call called on this thread, at most once; the stage it gives is returned
     * @return fails with {@link Refused} if the call was not made
     */
    <T> CompletionStage<T> call(
            Urgency urgency, Function<RedisClusterAsyncCommands<String, byte[]>, CompletionStage<T>> call) {
        return call(urgency, 1, call);
    }

    /**
     * As {@link #call(Urgency, Function)}, for several at once.
     *
     * @param calls how many are made; at least 1
     */
    <T> CompletionStage<T> call(
            Urgency urgency, int calls, Function<RedisClusterAsyncCommands<String, byte[]>, CompletionStage<T>> call) {
        RedisClusterAsyncCommands<String, byte[]> connected = commands;
        long enteredIn = era.get();
        Refused refusal = connected == null ? away : tryEnter(urgency, calls);
        if (refusal != null || connected == null) {
            refused.increment();
            return CompletableFuture.failedFuture(refusal == null ? away : refusal);
        }
        made.add(calls);
        CompletionStage<T> answer;
        try {
            answer = call.apply(connected);
        } catch (RuntimeException e) {
            leave(enteredIn, calls, e);
            return CompletableFuture.failedFuture(e);
        }
        answer.whenComplete((value, failure) -> leave(enteredIn, calls, failure));
        return answer;
    }

    private @Nullable Refused tryEnter(Urgency urgency, int calls) {
        if (breaker.state() != CircuitBreaker.State.CLOSED) {
            return away;
        }
        int under = inFlight.get();
        if (under == 0) {
            lastAnswerNanos = ticker.nanos();
        } else if (urgency == Urgency.IMPATIENT && ticker.nanos() - lastAnswerNanos > patienceNanos) {
            return hanging;
        }
        int most = urgency == Urgency.IMPATIENT ? limit.get() : MAX_IN_FLIGHT;
        while (under < most) {
            if (inFlight.compareAndSet(under, under + calls)) {
                return null;
            }
            under = inFlight.get();
        }
        return full;
    }

    private void leave(long enteredIn, int calls, @Nullable Throwable failure) {
        lastAnswerNanos = ticker.nanos();
        inFlight.addAndGet(-calls);
        if (failure == null) {
            int now = limit.get();
            if (now < MAX_IN_FLIGHT) {
                limit.compareAndSet(now, Math.min(MAX_IN_FLIGHT, now * 2));
            }
            return;
        }
        failed.increment();
        if (Trouble.isAway(failure)) {
            open(enteredIn);
        }
        failures.accept(failure);
    }

    /** A call failed that was made in this era. */
    private void open(long enteredIn) {
        if (!era.compareAndSet(enteredIn, enteredIn + 1)) {
            return;
        }
        limit.set(FIRST_IN_FLIGHT);
        if (breaker.state() != CircuitBreaker.State.CLOSED) {
            return;
        }
        try {
            breaker.call(() -> {
                throw new IOException("a call failed");
            });
        } catch (IOException | CallRefusedException expected) {
            // told the breaker, which is all
        }
    }

    /** There is a connection now; what it is good for, a probe must tell. */
    void connected(RedisClusterAsyncCommands<String, byte[]> connected) {
        open(era.get());
        commands = connected;
    }

    /** There is none any more. */
    void disconnected() {
        commands = null;
        open(era.get());
    }

    /** The commands of the connection for control work, which asks no permission; null if there is none. */
    @Nullable
    RedisClusterAsyncCommands<String, byte[]> commands() {
        return commands;
    }

    int inFlight() {
        return inFlight.get();
    }

    long made() {
        return made.sum();
    }

    long failed() {
        return failed.sum();
    }

    long refused() {
        return refused.sum();
    }
}
