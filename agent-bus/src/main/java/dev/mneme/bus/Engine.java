package dev.mneme.bus;

import dev.mneme.Ticker;
import dev.mneme.bus.Parts.RetryWaits;
import dev.mneme.bus.Parts.Trace;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What makes a bus go: its clock, its threads and its chance. A {@link TestBus} has others.
 *
 * @param control runs what may be users' code and was decided on a thread that must not be held up
 * @param events runs those who tell of events and dead letters
 * @param approvals runs the calls of the store of approvals
 * @param trace told of every change of a task, if there is one
 */
record Engine(
        Ticker ticker,
        Timers timers,
        Dispatcher dispatcher,
        Executor control,
        Executor events,
        Executor approvals,
        TaskIds ids,
        RetryWaits retryWaits,
        @Nullable Trace trace) {}
