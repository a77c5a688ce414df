package dev.mneme.resilience;

import static java.util.Objects.requireNonNull;

import dev.mneme.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The moment after which nobody waits for an answer any more, on a monotonic clock.
 *
 * <p>A deadline is bound to a thread while {@link #call} runs. Every policy called there, however deep, obeys it: no
 * attempt begins after it, and an attempt gets no more time than is left. Of nested deadlines the smaller wins. The
 * asynchronous calls of this package carry it along by themselves; a host's own hops use {@link #carry(Executor)}.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class Deadline {

    private final Ticker ticker;
    private final long atNanos;

    private Deadline(Ticker ticker, long atNanos) {
        this.ticker = ticker;
        this.atNanos = atNanos;
    }

    /**
     * @throws IllegalArgumentException if {@code time} is not more than zero, or more than a year
     */
    public static Deadline after(Duration time) {
        return after(time, Ticker.system());
    }

    /**
     * @throws IllegalArgumentException if {@code time} is not more than zero, or more than a year
     */
    public static Deadline after(Duration time, Ticker ticker) {
        Rules.positive("time", time);
        return at(ticker.nanos() + time.toNanos(), ticker);
    }

    static Deadline at(long nanos, Ticker ticker) {
        return new Deadline(ticker, nanos);
    }

    /** The deadline that the calling thread is under. */
    public static Optional<Deadline> current() {
        return Optional.ofNullable(CallContext.current().deadline);
    }

    /** The time left; zero once it has passed. */
    public Duration remaining() {
        return Duration.ofNanos(remainingNanos());
    }

    public boolean passed() {
        return remainingNanos() == 0;
    }

    /**
     * Runs a call under this deadline, or under the thread's present one if that is earlier.
     *
     * @throws X if the call failed
     */
    public <T extends @Nullable Object, X extends Exception> T call(Call<T, X> call) throws X {
        CallContext outer = CallContext.current();
        outer.withDeadline(this).bind();
        try {
            return call.call();
        } finally {
            outer.bind();
        }
    }

    /** An executor whose tasks run under the deadline of the thread that handed them in. */
    public static Executor carry(Executor executor) {
        requireNonNull(executor, "executor");
        return task -> executor.execute(carry(task));
    }

    /** A task that runs, on whatever thread, under the deadline that the calling thread has now. */
    public static Runnable carry(Runnable task) {
        requireNonNull(task, "task");
        CallContext captured = CallContext.current();
        return () -> {
            CallContext own = CallContext.current();
            captured.bind();
            try {
                task.run();
            } finally {
                own.bind();
            }
        };
    }

    /** A task that runs, on whatever thread, under the deadline that the calling thread has now. */
    public static <T extends @Nullable Object> Callable<T> carry(Callable<T> task) {
        requireNonNull(task, "task");
        CallContext captured = CallContext.current();
        return () -> {
            CallContext own = CallContext.current();
            captured.bind();
            try {
                return task.call();
            } finally {
                own.bind();
            }
        };
    }

    long remainingNanos() {
        return Math.max(0, atNanos - ticker.nanos());
    }

    static @Nullable Deadline earlier(@Nullable Deadline one, @Nullable Deadline other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        long gap = one.ticker == other.ticker
                ? one.atNanos - other.atNanos
                : one.remainingNanos() - other.remainingNanos();
        return gap <= 0 ? one : other;
    }

    @Override
    public String toString() {
        return "Deadline in " + remaining();
    }
}
