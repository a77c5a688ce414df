package dev.mneme.bus;

import dev.mneme.Ticker;
import dev.mneme.resilience.Attempts;
import dev.mneme.resilience.RetrySettings;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What the agents of one bus share.
 *
 * @param control runs what may be users' code and was decided on a thread that must not be held up
 * @param trace told of every change of a task, if there is one
 */
record Parts(
        Ticker ticker,
        Timers timers,
        Dispatcher dispatcher,
        Executor control,
        ContextCarrier carrier,
        TaskIds ids,
        RetryWaits retryWaits,
        @Nullable Trace trace) {

    /** Told under the mailbox's lock, so in the order in which it came about; must not wait. */
    interface Trace {

        void note(TaskCell<?, ?> cell, String what);
    }

    /** How long to wait after a failed attempt: a seam, for the waits are drawn at random. */
    interface RetryWaits {

        /** @param settings null for a retry that is the user's own */
        Optional<Duration> after(Exception failure, Attempts attempts, @Nullable RetrySettings settings);
    }
}
