package dev.mneme.memory.coordination;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;

/** Whether a request of a session may run now. */
public sealed interface RequestAttempt {

    /**
     * It may, and no other of the session until the lease is closed or lost. A {@linkplain Session#degraded() degraded}
     * session is guarded in this process only, and its lease has the token 0.
     */
    record Begun(Lease lease, Session session) implements RequestAttempt {}

    /**
     * Another request of the session runs.
     *
     * @param leaseLeft how long its lease still runs if it is not renewed; zero if it runs in this process
     */
    record Busy(Duration leaseLeft) implements RequestAttempt {}

    /** There is no such live session. */
    record NoSession() implements RequestAttempt {}

    /** One result from the three cases. */
    default <R> R fold(
            Function<? super Begun, ? extends R> begun,
            Function<? super Busy, ? extends R> busy,
            Function<? super NoSession, ? extends R> noSession) {
        if (this instanceof Begun may) {
            return begun.apply(may);
        }
        return this instanceof Busy other ? busy.apply(other) : noSession.apply((NoSession) this);
    }

    /** Does one of three things. */
    default void handle(
            Consumer<? super Begun> begun, Consumer<? super Busy> busy, Consumer<? super NoSession> noSession) {
        if (this instanceof Begun may) {
            begun.accept(may);
        } else if (this instanceof Busy other) {
            busy.accept(other);
        } else {
            noSession.accept((NoSession) this);
        }
    }
}
