package dev.mneme.bus;

import java.util.concurrent.CompletableFuture;

/** How a handler waits for another task: its slot goes to others, and it takes one again before it goes on. */
final class LentSlot {

    private static final int MAX_STEPS = 10_000;

    private LentSlot() {}

    /** Returns when the other one has ended, this one has, or the thread, the handler's own, was interrupted. */
    static void await(Attempt<?, ?> attempt, TaskHandle<?> task, CompletableFuture<?> outcome) {
        TaskCell<?, ?> cell = attempt.cell;
        Slots slots = cell.mailbox.slots;
        Dispatcher dispatcher = cell.mailbox.parts().dispatcher();
        if (!dispatcher.trySuspend()) {
            throw new AwaitRefusedException(
                    "task " + cell.id() + " of agent " + cell.spec.name
                            + " may not wait for another: as many handlers wait, or were given up, as the pool of threads allows");
        }
        try {
            Dispatcher.Gate own = dispatcher.gate();
            if (!slots.lend(attempt, own)) {
                return;
            }
            try {
                // published before looking: of two that begin to wait for each other one sees the other
                cell.awaiting = task;
                refuseCircle(cell, task);
                // of the very future that is looked at: another copy may be told before it is done
                var unused = outcome.whenComplete((result, failure) -> own.open());
                own.await(() -> outcome.isDone() || cell.isFinal(), true);
            } finally {
                cell.awaiting = null;
                slots.takeBack(attempt);
                own.await(() -> attempt.slot || cell.isFinal(), false);
                slots.waitsAt(attempt, null);
            }
        } finally {
            dispatcher.resume();
        }
    }

    private static void refuseCircle(TaskCell<?, ?> cell, TaskHandle<?> task) {
        TaskHandle<?> at = task;
        var agents = new StringBuilder(cell.spec.name);
        for (int i = 0; i < MAX_STEPS && at instanceof TaskCell<?, ?> other; i++) {
            agents.append(" -> ").append(other.spec.name);
            if (other == cell) {
                throw new AwaitRefusedException(
                        "task " + cell.id() + " may not wait: these would wait for each other: " + agents);
            }
            at = other.waitsFor();
        }
    }
}
