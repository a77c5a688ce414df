package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

/**
 * Takes what is bound to the submitting thread along to the thread of each attempt: the diagnostic context of the logs, a
 * trace. Called under no lock. An exception of {@link #capture} goes to who submits, before anything is accepted; one of
 * {@link Captured#restore} fails the attempt.
 */
@FunctionalInterface
public interface ContextCarrier {

    /** What is bound to the calling thread now. */
    Captured capture();

    /** This carrier and another one: restored in this order, and undone in the reverse. */
    default ContextCarrier and(ContextCarrier other) {
        requireNonNull(other, "other");
        return () -> {
            Captured first = capture();
            Captured second = other.capture();
            return () -> both(first, second);
        };
    }

    /** SLF4J's MDC; the one that a bus has if no other is chosen. */
    static ContextCarrier mdc() {
        return MdcCarrier::capture;
    }

    /** Nothing. */
    static ContextCarrier none() {
        return () -> () -> () -> {};
    }

    private static Scope both(Captured first, Captured second) {
        Scope outer = first.restore();
        try {
            Scope inner = second.restore();
            return () -> {
                try {
                    inner.close();
                } finally {
                    outer.close();
                }
            };
        } catch (RuntimeException | Error e) {
            outer.close();
            throw e;
        }
    }

    /** What was bound to a thread; to be restored any number of times, on any thread. */
    @FunctionalInterface
    interface Captured {

        /** Binds it to the calling thread until the scope is closed. */
        Scope restore();
    }

    /** Closed by the thread that it was made for. */
    @FunctionalInterface
    interface Scope extends AutoCloseable {

        /** Binds again what was bound before. */
        @Override
        void close();
    }
}
