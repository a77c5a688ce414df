package dev.mneme.bus;

import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** Gives threads to tasks that can have a slot. Called under no lock of a mailbox, but where it says so. */
interface Dispatcher {

    /** A mailbox may have a task that can run; called again for whatever else may have become able to. Never waits. */
    void ready(Mailbox mailbox);

    /** The calling thread of a handler is about to wait; answers whether it may. */
    boolean trySuspend();

    /** It has waited. */
    void resume();

    /** A thread is inside of a handler that was given up, so others must do its work; under the mailbox's lock. */
    void threadLost();

    /** That handler has returned; under the mailbox's lock. */
    void threadBack();

    /** For the calling thread of a handler to wait at. */
    Gate gate();

    /** Waits on a thread that runs no handler; answers whether it came to be. Keeps an interrupt. */
    boolean await(CompletableFuture<?> done, long nanos);

    /** Where one thread waits for what others bring about. */
    interface Gate {

        /** Something may have come about; from any thread. */
        void open();

        /**
         * Waits until it holds. An interrupt is kept, and ends the wait if it is to be heeded.
         *
         * @return whether it holds
         */
        boolean await(BooleanSupplier until, boolean heedInterrupt);
    }
}
