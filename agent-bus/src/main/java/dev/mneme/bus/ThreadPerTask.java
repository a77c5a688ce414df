package dev.mneme.bus;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** Starts a thread for each task that has got a slot; for threads that cost little. */
final class ThreadPerTask implements Dispatcher {

    private final ThreadFactory threads;

    ThreadPerTask(ThreadFactory threads) {
        this.threads = threads;
    }

    @Override
    public void ready(Mailbox mailbox) {
        for (Attempt<?, ?> attempt = mailbox.slots.pick(); attempt != null; attempt = mailbox.slots.pick()) {
            start(attempt);
        }
    }

    private void start(Attempt<?, ?> attempt) {
        @Nullable Throwable failure = null;
        try {
            threads.newThread(attempt).start();
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        if (failure != null) {
            attempt.refuse(failure);
        }
    }

    @Override
    public boolean trySuspend() {
        return true;
    }

    @Override
    public void resume() {
        // a thread that waits costs nothing that another could use
    }

    @Override
    public void threadLost() {
        // the next task has a thread of its own
    }

    @Override
    public void threadBack() {
        // none was missing
    }

    @Override
    public Gate gate() {
        return new ParkGate();
    }

    @Override
    public boolean await(CompletableFuture<?> done, long nanos) {
        return ParkGate.await(done, nanos);
    }
}
