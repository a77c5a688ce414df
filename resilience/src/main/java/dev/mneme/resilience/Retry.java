package dev.mneme.resilience;

import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Repeats a failed call when that may help: its class is one that passes by itself, the deadline leaves time, the
 * target's breaker is not open, and the target's retry budget is not used up.
 *
 * <p>Waits grow exponentially with full jitter. A Retry-After is a floor: the wait is never shorter, and up to a tenth
 * longer so that callers do not come back together; if it is longer than allowed, the call gives up at once. Whatever
 * ends the attempts, the caller gets the last real error.
 *
 * <p>A retry inside of another one (on the same thread, or along asynchronous calls of this package) makes one attempt
 * only: repetitions would multiply. Safe for use by many threads.
 */
public final class Retry {

    private static final Duration LONGEST = Duration.ofDays(365);

    private final String name;
    private final RetrySettings settings;
    private final RetryConfig config;
    private final RetryTokens tokens;
    private final @Nullable CircuitBreaker breaker;
    private final Classifier classifier;
    private final Waits waits;
    private final Executor executor;
    private final RandomGenerator random;
    private final LongAdder retries = new LongAdder();
    private final LongAdder budgetEmpty = new LongAdder();
    private final LongAdder nested = new LongAdder();

    Retry(String name, RetrySettings settings, RetryTokens tokens, @Nullable CircuitBreaker breaker, Setup setup) {
        Rules.name(name);
        this.name = name;
        this.settings = settings;
        this.tokens = tokens;
        this.breaker = breaker;
        this.classifier = setup.classifier();
        this.waits = setup.waits();
        this.executor = setup.executor();
        this.random = setup.random();
        this.config = RetryConfig.custom()
                .maxAttempts(settings.maxRetries() + 1)
                .retryOnException(error -> classifier.classify(error).retryHere())
                .intervalFunction(this::jitteredMillis)
                .build();
    }

    public String name() {
        return name;
    }

    /**
     * Makes a call on the calling thread, and repeats it there. An interrupt ends a wait: the flag is kept, and the last
     * real error is thrown.
     *
     * @throws X if the last attempt failed
     */
    public <T extends @Nullable Object, X extends Exception> T call(Call<T, X> call) throws X {
        CallContext outer = CallContext.current();
        Attempts attempts = begin();
        under(outer).bind();
        try {
            return run(attempts, call);
        } finally {
            outer.bind();
        }
    }

    /**
     * Makes an asynchronous call, and repeats it without holding a thread while it waits. The first attempt begins on
     * the calling thread, later ones on the executor of {@link Resilience}; the result completes there too. To cancel
     * the result's future is to end the attempts.
     */
    public <T extends @Nullable Object> CompletionStage<T> callAsync(Supplier<? extends CompletionStage<T>> call) {
        CallContext outer = CallContext.current();
        CallContext inner = under(outer);
        return new AsyncAttempts<>(begin(), () -> CallFutures.start(call, inner, executor), this).start();
    }

    /** Begins to count the attempts of a call that the caller makes, and waits for, on its own. */
    public Attempts begin() {
        return begin(CallContext.current());
    }

    public RetryNumbers numbers() {
        return new RetryNumbers(name, retries.sum(), budgetEmpty.sum(), nested.sum());
    }

    Attempts begin(CallContext context) {
        tokens.earn();
        int maxAttempts = config.getMaxAttempts();
        if (maxAttempts > 1 && context.retried) {
            nested.increment();
            maxAttempts = 1;
        }
        return new Attempts(this, maxAttempts, context.deadline);
    }

    /** The context of an attempt: inside of it no other retry repeats anything, if this one does. */
    CallContext under(CallContext context) {
        return settings.maxRetries() == 0 ? context : context.underRetry();
    }

    @SuppressWarnings("unchecked")
    <T extends @Nullable Object, X extends Exception> T run(Attempts attempts, Call<T, X> attempt) throws X {
        while (true) {
            try {
                return attempt.call();
            } catch (Exception e) {
                long wait = attempts.nanosAfter(e);
                if (wait < 0 || !slept(wait)) {
                    // an X or unchecked: it was thrown by an earlier attempt
                    throw (X) attempts.verdict(e);
                }
            }
        }
    }

    Waits waits() {
        return waits;
    }

    Executor executor() {
        return executor;
    }

    Fault classify(Exception failure) {
        return classifier.classify(failure);
    }

    boolean isRefusing() {
        return breaker != null && breaker.nanosUntilRetry() > 0;
    }

    boolean trySpend() {
        if (tokens.trySpend()) {
            retries.increment();
            return true;
        }
        budgetEmpty.increment();
        return false;
    }

    /** The wait before retry {@code n}, counted from 1; negative if the target asks for more than is allowed. */
    long waitNanos(int n, Fault fault) {
        long jittered = TimeUnit.MILLISECONDS.toNanos(
                config.<Object>getIntervalBiFunction().apply(n, null));
        if (fault.retryAfter().isZero()) {
            return jittered;
        }
        if (fault.retryAfter().compareTo(settings.maxRetryAfter()) > 0
                || fault.retryAfter().compareTo(LONGEST) > 0) {
            return -1;
        }
        long asked = fault.retryAfter().toNanos();
        return Math.max(jittered, asked + random.nextLong(asked / 10 + 1));
    }

    private long jitteredMillis(int n) {
        long least = settings.minWait().toMillis();
        long ceiling = Math.max(least, TimeUnit.NANOSECONDS.toMillis(settings.ceilingNanos(n)));
        return least + random.nextLong(ceiling - least + 1);
    }

    private boolean slept(long nanos) {
        try {
            waits.sleep(nanos);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
