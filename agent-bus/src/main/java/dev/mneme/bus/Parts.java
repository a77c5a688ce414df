package dev.mneme.bus;

import dev.mneme.Ticker;
import dev.mneme.resilience.Attempts;
import dev.mneme.resilience.RetrySettings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What the agents of one bus share.
 *
 * @param clock for dates
 * @param sessionEvents null if events of sessions go nowhere
 */
record Parts(
        Engine engine,
        ContextCarrier carrier,
        InstantSource clock,
        DeadLetters deadLetters,
        @Nullable SessionEvents sessionEvents) {

    Ticker ticker() {
        return engine.ticker();
    }

    Timers timers() {
        return engine.timers();
    }

    Dispatcher dispatcher() {
        return engine.dispatcher();
    }

    Executor control() {
        return engine.control();
    }

    TaskIds ids() {
        return engine.ids();
    }

    RetryWaits retryWaits() {
        return engine.retryWaits();
    }

    @Nullable
    Trace trace() {
        return engine.trace();
    }

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
