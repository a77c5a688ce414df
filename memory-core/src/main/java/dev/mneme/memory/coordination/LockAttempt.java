package dev.mneme.memory.coordination;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Whether a lock was got, and if not, why. */
public sealed interface LockAttempt {

    /** The lock is held now, and renewed until the lease is closed. */
    record Acquired(Lease lease) implements LockAttempt {}

    /**
     * Another holds it.
     *
     * @param leaseLeft how long its lease still runs if it is not renewed
     */
    record Held(Duration leaseLeft) implements LockAttempt {}

    /**
     * The server could not be asked, so nobody can say who holds it. If it was asked and gave no answer, the lock may stay
     * taken for the length of a lease.
     *
     * @param why in one line
     */
    record Unreachable(String why) implements LockAttempt {}

    /** The lease; empty if it was not got. */
    default Optional<Lease> optional() {
        return this instanceof Acquired got ? Optional.of(got.lease()) : Optional.empty();
    }

    /** One result from the three cases. */
    default <R> R fold(
            Function<? super Lease, ? extends R> acquired,
            Function<? super Held, ? extends R> held,
            Function<? super Unreachable, ? extends R> unreachable) {
        if (this instanceof Acquired got) {
            return acquired.apply(got.lease());
        }
        return this instanceof Held other ? held.apply(other) : unreachable.apply((Unreachable) this);
    }

    /** Does one of three things. */
    default void handle(
            Consumer<? super Lease> acquired, Consumer<? super Held> held, Consumer<? super Unreachable> unreachable) {
        if (this instanceof Acquired got) {
            acquired.accept(got.lease());
        } else if (this instanceof Held other) {
            held.accept(other);
        } else {
            unreachable.accept((Unreachable) this);
        }
    }
}
