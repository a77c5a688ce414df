package dev.mneme.resilience.health;

import dev.mneme.HealthCheck.Rated;
import dev.mneme.HealthCheck.Result;
import dev.mneme.Ticker;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** One run of one check, from being handed to a thread until its answer or until nobody waits for it any more. */
final class CheckRun implements Runnable {

    private final Rated rated;
    private final Ticker ticker;
    private final Consumer<CheckRun> atEnd;
    private final long beganNanos;
    private final FutureTask<Result> answer;
    private volatile boolean started;
    private volatile long answeredNanos;
    private volatile boolean over;

    /** @param atEnd told once this run has let go of its thread */
    CheckRun(Rated rated, Ticker ticker, Consumer<CheckRun> atEnd) {
        this.rated = rated;
        this.ticker = ticker;
        this.atEnd = atEnd;
        this.beganNanos = ticker.nanos();
        this.answer = new FutureTask<>(this::ask);
    }

    private Result ask() throws Exception {
        try {
            return rated.check().check();
        } finally {
            answeredNanos = ticker.nanos();
            over = true;
        }
    }

    @Override
    public void run() {
        started = true;
        try {
            answer.run();
        } finally {
            atEnd.accept(this);
        }
    }

    /** Whether the check has returned or thrown; its thread may yet be busy for a moment, but not with it. */
    boolean isOver() {
        return over;
    }

    void cancel() {
        answer.cancel(true);
    }

    /** The answer; once {@code untilNanos} of {@link System#nanoTime()} has passed, that there was none. */
    ServiceHealth await(long untilNanos, Duration timeout) throws InterruptedException {
        try {
            Result result = answer.get(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
            return result == null
                    ? Answers.unhealthy(rated, "the check answered null", took())
                    : new ServiceHealth(rated.name(), rated.criticality(), result, took());
        } catch (TimeoutException e) {
            cancel();
            String words = started ? "no answer within " : "no thread was free within ";
            return Answers.unhealthy(rated, words + timeout.toMillis() + " ms", timeout);
        } catch (ExecutionException e) {
            return Answers.unhealthy(rated, Failure.words(e.getCause() == null ? e : e.getCause()), took());
        } catch (CancellationException e) {
            return Answers.unhealthy(rated, "closed before it answered", Duration.ZERO);
        }
    }

    private Duration took() {
        return Duration.ofNanos(Math.max(0, answeredNanos - beganNanos));
    }
}
