package dev.mneme.memory.coordination;

import java.util.function.Function;

/** What became of a change to a session's data. */
public sealed interface SessionUpdate {

    /** It was made. */
    record Updated(Session session) implements SessionUpdate {}

    /**
     * It was not made: the session has another version.
     *
     * @param present the session as it is
     */
    record Conflict(Session present) implements SessionUpdate {}

    /** It was not made: a later request of the session has begun since the lease was given. */
    record Fenced() implements SessionUpdate {}

    /** There is no such live session. */
    record NoSession() implements SessionUpdate {}

    default boolean isUpdated() {
        return this instanceof Updated;
    }

    /** One result from the four cases. */
    default <R> R fold(
            Function<? super Session, ? extends R> updated,
            Function<? super Session, ? extends R> conflict,
            Function<? super Fenced, ? extends R> fenced,
            Function<? super NoSession, ? extends R> noSession) {
        if (this instanceof Updated made) {
            return updated.apply(made.session());
        }
        if (this instanceof Conflict other) {
            return conflict.apply(other.present());
        }
        return this instanceof Fenced late ? fenced.apply(late) : noSession.apply((NoSession) this);
    }
}
