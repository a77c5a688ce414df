package dev.mneme.memory.coordination;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Whether a session may be opened. */
public sealed interface Admission {

    /**
     * It is live.
     *
     * @param created false if it was live before
     */
    record Admitted(Session session, boolean created) implements Admission {}

    /**
     * All places are taken.
     *
     * @param limit how many there are
     * @param degraded whether these are the places of this instance alone, since the server is away
     */
    record Full(int limit, boolean degraded) implements Admission {}

    /** The session; empty if there was no place. */
    default Optional<Session> optional() {
        return this instanceof Admitted admitted ? Optional.of(admitted.session()) : Optional.empty();
    }

    /** One result from the two cases. */
    default <R> R fold(Function<? super Session, ? extends R> admitted, Function<? super Full, ? extends R> full) {
        return this instanceof Admitted yes ? admitted.apply(yes.session()) : full.apply((Full) this);
    }

    /** Does one of two things. */
    default void handle(Consumer<? super Session> admitted, Consumer<? super Full> full) {
        if (this instanceof Admitted yes) {
            admitted.accept(yes.session());
        } else {
            full.accept((Full) this);
        }
    }
}
