package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import dev.mneme.bus.TaskContext.CancelAction;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Who of an agent's tasks runs. A task has its slot before it has a thread, lends it while it waits for another, and keeps it
 * until its handler has returned or is given up.
 *
 * <p>What the threads of handlers and the dispatcher call takes the mailbox's lock; the rest is used under it.
 */
final class Slots {

    private final Mailbox mailbox;
    private final ReentrantLock lock;
    private volatile int most;

    // under the lock
    /** By tasks that run, and by handlers that have not returned though their task has ended. */
    private int taken;

    private int stopping;
    /** Attempts that have begun, have not returned and were not given up. */
    private int inside;

    private int zombies;
    private @Nullable Deque<Attempt<?, ?>> returning;

    Slots(Mailbox mailbox, ReentrantLock lock, int most) {
        this.mailbox = mailbox;
        this.lock = lock;
        this.most = most;
    }

    // ---- for the dispatcher

    /** Whether {@link #pick} would find a task. */
    boolean isReady() {
        lock.lock();
        try {
            return isOneFree() && mailbox.waiting.hasReady();
        } finally {
            lock.unlock();
        }
    }

    /** Gives a slot to the task whose turn it is; null if there is no task, or no slot. */
    @Nullable
    Attempt<?, ?> pick() {
        var after = new After();
        Attempt<?, ?> attempt = null;
        lock.lock();
        try {
            while (attempt == null && isOneFree() && mailbox.waiting.hasReady()) {
                TaskCell<?, ?> cell = mailbox.waiting.poll();
                if (cell != null && cell.isLate()) {
                    cell.timeOut(after);
                } else if (cell != null) {
                    attempt = start(cell);
                }
                mailbox.waiting.enterParked();
            }
        } finally {
            lock.unlock();
        }
        // on another thread: this one may be a caller's, which must not be held up by what hangs on another's task
        after.runOn(mailbox.parts().control());
        if (attempt != null) {
            attempt.cell.wakeEvents();
        }
        return attempt;
    }

    private <I, O extends @Nullable Object> Attempt<I, O> start(TaskCell<I, O> cell) {
        mailbox.waiting.begin(cell);
        taken++;
        inside++;
        cell.attempts++;
        mailbox.tally.begun(cell.now() - cell.queuedAtNanos);
        var attempt = new Attempt<>(cell, requireNonNull(cell.input), cell.attempts);
        cell.running = attempt;
        cell.tellStart();
        return attempt;
    }

    // ---- for the thread of a handler

    /** The handler is about to be called, by this thread; false if it must not be. */
    boolean begin(Attempt<?, ?> attempt) {
        var after = new After();
        lock.lock();
        try {
            if (!attempt.cell.isFinal() && attempt.cell.isLate()) {
                attempt.cell.timeOut(after);
            }
            if (!attempt.cell.isFinal()) {
                attempt.thread = Thread.currentThread();
                attempt.beganNanos = attempt.cell.now();
            }
            return !attempt.cell.isFinal();
        } finally {
            lock.unlock();
            after.runOn(mailbox.parts().control());
        }
    }

    /** The handler waits for something: its slot goes to others. False if the task has ended. */
    boolean lend(Attempt<?, ?> attempt, Dispatcher.Gate gate) {
        var after = new After();
        lock.lock();
        try {
            if (attempt.cell.isFinal()) {
                return false;
            }
            attempt.gate = gate;
            attempt.slot = false;
            taken--;
            mailbox.waiting.lend(attempt.cell);
            attempt.cell.note("awaiting");
            give(after);
        } finally {
            lock.unlock();
        }
        after.run();
        return true;
    }

    /** The handler wants its slot again; it is told at its gate when it has it. */
    void takeBack(Attempt<?, ?> attempt) {
        lock.lock();
        try {
            if (attempt.cell.isFinal()) {
                return;
            }
            if (isOneFree()) {
                regain(attempt);
                return;
            }
            if (returning == null) {
                returning = new ArrayDeque<>();
            }
            returning.add(attempt);
        } finally {
            lock.unlock();
        }
    }

    /** Where the thread of the attempt waits, so that it is told if the task ends; null if it does not wait. */
    void waitsAt(Attempt<?, ?> attempt, Dispatcher.@Nullable Gate gate) {
        lock.lock();
        try {
            attempt.gate = gate;
        } finally {
            lock.unlock();
        }
    }

    /** False if the attempt has returned or its task has ended. */
    boolean addAction(Attempt<?, ?> attempt, CancelAction action) {
        lock.lock();
        try {
            return attempt.thread != null && !attempt.cell.isFinal() && attempt.add(action);
        } finally {
            lock.unlock();
        }
    }

    void removeAction(Attempt<?, ?> attempt, CancelAction action) {
        lock.lock();
        try {
            attempt.remove(action);
        } finally {
            lock.unlock();
        }
    }

    // ---- under the lock

    /** Hands free slots to those who lent theirs, and has the queued ones begun if there are more. */
    void give(After after) {
        mailbox.waiting.enterParked();
        while (isOneFree() && returning != null) {
            Attempt<?, ?> attempt = returning.remove();
            if (returning.isEmpty()) {
                returning = null;
            }
            regain(attempt);
            if (attempt.gate != null) {
                after.first(attempt.gate::open);
            }
        }
        if (isOneFree() && mailbox.waiting.hasReady()) {
            after.first(() -> mailbox.parts().dispatcher().ready(mailbox));
        }
    }

    private void regain(Attempt<?, ?> attempt) {
        taken++;
        attempt.slot = true;
        mailbox.waiting.regain(attempt.cell);
        attempt.cell.note("goes on");
    }

    /** Tells a handler that its task has ended: it keeps what it holds until it returns, or is given up. */
    void stop(Attempt<?, ?> attempt, After after) {
        if (attempt.slot) {
            stopping++;
        } else if (returning != null && returning.remove(attempt) && returning.isEmpty()) {
            returning = null;
        }
        attempt.stop(after);
    }

    /** The handler has returned, or was not called, and what it held is free. */
    void letGo(Attempt<?, ?> attempt) {
        if (attempt.thread != null && !attempt.cell.isFinal()) {
            mailbox.tally.returned(attempt.cell.now() - attempt.beganNanos);
        }
        attempt.thread = null;
        attempt.takeActions();
        if (attempt.abandoned) {
            zombies--;
            mailbox.parts().dispatcher().threadBack();
        } else {
            inside--;
            free(attempt);
        }
    }

    /** The handler does not return: its slot is free from now on, and it no longer counts as one of the threads. */
    void giveUp(Attempt<?, ?> attempt) {
        attempt.abandoned = true;
        inside--;
        zombies++;
        free(attempt);
        mailbox.parts().dispatcher().threadLost();
    }

    private void free(Attempt<?, ?> attempt) {
        if (attempt.slot) {
            attempt.slot = false;
            taken--;
            if (attempt.cell.isFinal()) {
                stopping--;
            }
        }
    }

    private boolean isOneFree() {
        return taken < most;
    }

    void most(int most) {
        this.most = most;
    }

    /** Without the lock. */
    int most() {
        return most;
    }

    int running() {
        return taken - stopping;
    }

    int stopping() {
        return stopping;
    }

    int zombies() {
        return zombies;
    }

    /** Handlers that have not returned and were not given up. */
    int inside() {
        return inside;
    }
}
