package dev.mneme.bus;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does one thing after another on a thread that is there only while there is something to do. Who has something for it only
 * says so, and never waits.
 */
final class SerialWorker {

    private enum State {
        IDLE,
        RUNNING,
        CALLED_AGAIN
    }

    private static final Logger LOG = LoggerFactory.getLogger(SerialWorker.class);

    private final Executor threads;
    private final BooleanSupplier step;
    private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);

    /**
     * @param threads gives a thread to each call, and does not run it on the caller's
     * @param step does one thing; false if there is nothing to do
     */
    SerialWorker(Executor threads, BooleanSupplier step) {
        this.threads = threads;
        this.step = step;
    }

    /** There is something to do. From any thread, under no lock. */
    void wake() {
        State before = state.getAndUpdate(now -> now == State.IDLE ? State.RUNNING : State.CALLED_AGAIN);
        if (before != State.IDLE) {
            return;
        }
        try {
            threads.execute(this::work);
        } catch (RuntimeException | Error e) {
            // what is to be done waits for the next call
            state.set(State.IDLE);
            LOG.error("no thread could be started: {}", e.getClass().getName());
        }
    }

    private void work() {
        do {
            state.set(State.RUNNING);
            while (goesOn()) {
                // until there is nothing to do
            }
        } while (!state.compareAndSet(State.RUNNING, State.IDLE));
    }

    private boolean goesOn() {
        try {
            return step.getAsBoolean();
        } catch (RuntimeException | Error e) {
            LOG.error("a step failed: {}", e.getClass().getName());
            return true;
        }
    }
}
