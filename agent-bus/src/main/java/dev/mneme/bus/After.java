package dev.mneme.bus;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was decided under a mailbox's lock and is done when it is free: all that may call users' code or take other locks. */
final class After {

    private static final Logger LOG = LoggerFactory.getLogger(After.class);

    private @Nullable Deque<Runnable> acts;

    void then(Runnable act) {
        acts().addLast(act);
    }

    /** Before what may be users' code: nobody else's task waits until that returns. */
    void first(Runnable act) {
        acts().addFirst(act);
    }

    /** Does all of it on the calling thread; what one throws does not keep the others from being done. */
    void run() {
        if (acts == null) {
            return;
        }
        for (Runnable act = acts.poll(); act != null; act = acts.poll()) {
            try {
                act.run();
            } catch (RuntimeException | Error e) {
                LOG.error("an effect of a task failed: {}", e.getClass().getName());
            }
        }
    }

    void runOn(Executor executor) {
        if (acts != null) {
            executor.execute(this::run);
        }
    }

    private Deque<Runnable> acts() {
        if (acts == null) {
            acts = new ArrayDeque<>(4);
        }
        return acts;
    }
}
