package dev.mneme.events.stream;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The answer to a listener that wants to be attached. */
public sealed interface Attachment {

    /**
     * It is attached, and may have been called already.
     *
     * @param subscription to be closed when the listener goes away
     * @param gap the gap that it is told first, if there is one
     */
    record Attached(ReplaySubscription subscription, Optional<ReplaySignal.Gap> gap) implements Attachment {}

    /** It is not attached. */
    record Refused(Reason reason) implements Attachment {

        /** Why not. */
        public enum Reason {
            /** The buffer has as many listeners as it may. */
            TOO_MANY_SUBSCRIBERS,
            /** The buffer has as many sessions as it may, all with listeners. */
            TOO_MANY_SESSIONS,
            /** The buffer is closed. */
            CLOSED
        }
    }

    /** The value of the function that fits. */
    default <T extends @Nullable Object> T fold(
            Function<? super Attached, ? extends T> attached, Function<? super Refused, ? extends T> refused) {
        return this instanceof Attached a ? attached.apply(a) : refused.apply((Refused) this);
    }

    /** Calls the function that fits. */
    default void handle(Consumer<? super Attached> attached, Consumer<? super Refused> refused) {
        if (this instanceof Attached a) {
            attached.accept(a);
        } else {
            refused.accept((Refused) this);
        }
    }
}
