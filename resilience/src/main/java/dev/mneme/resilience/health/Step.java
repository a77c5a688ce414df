package dev.mneme.resilience.health;

import dev.mneme.HealthCheck.Attempt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One start or stop of one component, on a thread of its own, waited for no longer than a bound. */
final class Step {

    /** How a step ended, and the failure if it threw. */
    record End(Kind kind, @Nullable Throwable failure) {}

    enum Kind {
        DONE,
        FAILED,
        GIVEN_UP
    }

    private final FutureTask<Boolean> task;

    private Step(Attempt body) {
        this.task = new FutureTask<>(() -> {
            body.run();
            return true;
        });
    }

    /** Begins on a thread that is a daemon or not; threads that the body makes are by default the same. */
    static Step begin(String threadName, boolean daemon, Attempt body) {
        var step = new Step(body);
        var thread = new Thread(step.task, threadName);
        thread.setDaemon(daemon);
        thread.start();
        return step;
    }

    /** Interrupts it, and ends every wait for it. */
    void giveUp() {
        task.cancel(true);
    }

    /** Waits for its end, and gives it up when the time is over. */
    End await(long untilNanos) throws InterruptedException {
        try {
            task.get(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
            return new End(Kind.DONE, null);
        } catch (ExecutionException e) {
            return new End(Kind.FAILED, e.getCause());
        } catch (TimeoutException e) {
            giveUp();
            return new End(Kind.GIVEN_UP, null);
        } catch (CancellationException e) {
            return new End(Kind.GIVEN_UP, null);
        }
    }

    /** The same; an interrupt does not shorten the wait, and the flag is kept. */
    End awaitWhole(long untilNanos) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return await(untilNanos);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
