package dev.mneme.resilience;

import static dev.mneme.resilience.CallRefusedException.Reason.DEADLINE_PASSED;
import static dev.mneme.resilience.CallRefusedException.Reason.RATE_LIMITED;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that stands between a caller and one target, in one fixed order:
 *
 * <pre>deadline &gt; rate limit &gt; fallback &gt; retry &gt; breaker &gt; bulkhead &gt; attempt timeout &gt; call</pre>
 *
 * <p>So the rate limit counts calls, the breaker counts attempts, a retry waits without a place in the bulkhead, and a
 * fallback answers for all that stands to its right. A passed deadline and a used up rate limit stand to its left: they
 * are thrown, since there the caller is to blame and not the target.
 *
 * <p>An attempt that takes too long is interrupted (some 10 ms late) on the calling thread; a call that takes no notice
 * of interrupts is waited for. An interrupt by someone else that comes in the same moment may be lost with ours.
 *
 * <p>Safe for use by many threads.
 */
public final class Policy {

    private static final Logger LOG = LoggerFactory.getLogger(Policy.class);

    private final String name;
    private final PolicySettings settings;
    private final CircuitBreaker breaker;
    private final Retry retry;
    private final @Nullable Bulkhead bulkhead;
    private final @Nullable Duration ownDeadline;
    private final long attemptNanos;
    private final Setup setup;
    private final PolicyCounters counters = new PolicyCounters();

    Policy(String name, PolicySettings settings, CircuitBreaker breaker, Retry retry, Setup setup) {
        this.name = name;
        this.settings = settings;
        this.breaker = breaker;
        this.retry = retry;
        this.bulkhead = settings.bulkhead()
                .map(limits -> new Bulkhead(name, limits, setup.waits()))
                .orElse(null);
        this.ownDeadline = settings.deadline().orElse(null);
        this.attemptNanos = settings.attemptTimeout().toNanos();
        this.setup = setup;
    }

    public String name() {
        return name;
    }

    /** The breaker of this policy's target, shared by all policies of the same name. */
    public CircuitBreaker breaker() {
        return breaker;
    }

    /** The limit of concurrent calls, if this policy has one. */
    public Optional<Bulkhead> bulkhead() {
        return Optional.ofNullable(bulkhead);
    }

    /**
     * Makes a call on the calling thread.
     *
     * @throws CallRefusedException if nothing was sent; its reason says which stage refused
     * @throws CallTimeoutException if the last attempt ran out of its time
     * @throws X if the last attempt failed
     */
    public <T extends @Nullable Object, X extends Exception> T call(Call<T, X> call) throws X {
        return retried(call, enter());
    }

    /**
     * Makes a call on the calling thread, or answers with the fallback if it failed, for whatever reason but an
     * {@link Error}. An interrupt ends the call with the fallback, and the flag is kept.
     *
     * @throws CallRefusedException if the deadline had passed, or the rate limit refused the call
     */
    public <T extends @Nullable Object> T callOr(T fallback, Call<? extends T, ?> call) {
        CallContext context = enter();
        try {
            return retried(call, context);
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            counters.fallbacks.increment();
            LOG.debug(
                    "policy '{}' answers with its fallback after {}",
                    name,
                    e.getClass().getName());
            return fallback;
        }
    }

    /**
     * Makes an asynchronous call: the first attempt begins on the calling thread, later ones on the executor of {@link
     * Resilience}, where the result completes too; no thread is held in between. An attempt that takes too long is
     * cancelled and no longer listened to. To cancel the result's future is to cancel the attempt and its retries.
     *
     * @return fails with what {@link #call} would throw
     */
    public <T extends @Nullable Object> CompletionStage<T> callAsync(Supplier<? extends CompletionStage<T>> call) {
        CallContext context;
        try {
            context = enter();
        } catch (CallRefusedException e) {
            return CompletableFuture.failedFuture(e);
        }
        CallContext inner = retry.under(context);
        return new AsyncAttempts<>(retry.begin(context), () -> new AsyncAttempt<>(this, call, inner).start(), retry)
                .start();
    }

    public PolicyNumbers numbers() {
        return counters.numbers(name, retry.numbers());
    }

    /** The first two stages; what they let pass runs in the context they return. */
    private CallContext enter() {
        counters.calls.increment();
        CallContext context = CallContext.current();
        if (context.deadline != null && context.deadline.passed()) {
            counters.refusedByDeadline.increment();
            throw new CallRefusedException(name, DEADLINE_PASSED, 0);
        }
        Duration retryAfter = settings.rateLimit().retryAfter();
        if (!retryAfter.isZero()) {
            counters.refusedByRateLimit.increment();
            throw new CallRefusedException(name, RATE_LIMITED, retryAfter.toNanos());
        }
        return ownDeadline == null ? context : context.withDeadline(Deadline.after(ownDeadline, setup.ticker()));
    }

    private <T extends @Nullable Object, X extends Exception> T retried(Call<T, X> call, CallContext context) throws X {
        CallContext outer = CallContext.current();
        CallContext inner = retry.under(context);
        Attempts attempts = retry.begin(context);
        try {
            return retry.run(attempts, () -> attempt(call, inner));
        } finally {
            outer.bind();
        }
    }

    private <T extends @Nullable Object, X extends Exception> T attempt(Call<T, X> call, CallContext context) throws X {
        Permit permit = breaker.tryAdmit();
        if (permit == null) {
            throw breaker.refusal();
        }
        T answer;
        try {
            answer = bulkhead == null ? inTime(call, context) : inBulkhead(bulkhead, call, context);
        } catch (Throwable t) {
            failed(permit, t);
            throw t;
        }
        permit.succeeded();
        return answer;
    }

    private <T extends @Nullable Object, X extends Exception> T inBulkhead(
            Bulkhead places, Call<T, X> call, CallContext context) throws X {
        places.acquire(context.deadline);
        try {
            return inTime(call, context);
        } finally {
            places.release();
        }
    }

    private <T extends @Nullable Object, X extends Exception> T inTime(Call<T, X> call, CallContext context) throws X {
        long timeout = attemptNanos(context);
        long end = setup.ticker().nanos() + timeout;
        context.withDeadline(Deadline.at(end, setup.ticker())).bind();
        Watchdog.Watch watch = setup.watchdog().start(end);
        T answer;
        try {
            counters.attempts.increment();
            answer = call.call();
        } catch (Throwable t) {
            if (watch.end() && t instanceof Exception) {
                throw new CallTimeoutException(name, Duration.ofNanos(timeout), t);
            }
            throw t;
        }
        watch.end();
        return answer;
    }

    // what an asynchronous attempt needs

    Setup setup() {
        return setup;
    }

    void attempted() {
        counters.attempts.increment();
    }

    void failed(Permit permit, Throwable failure) {
        Fault fault = setup.classifier().classify(failure);
        counters.failed(fault);
        permit.finished(fault);
    }

    /** How long an attempt may take that begins now. */
    long attemptNanos(CallContext context) {
        if (context.deadline == null) {
            return attemptNanos;
        }
        long left = context.deadline.remainingNanos();
        if (left == 0) {
            throw new CallRefusedException(name, DEADLINE_PASSED, 0);
        }
        return Math.min(attemptNanos, left);
    }
}
