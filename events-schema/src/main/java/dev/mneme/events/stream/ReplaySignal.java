package dev.mneme.events.stream;

import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a session's listener is told. */
public sealed interface ReplaySignal {

    /** An event, with the place to continue from. */
    record Item(ReplayId id, EncodedEvent event) implements ReplaySignal {}

    /**
     * Events between the listener's last one and the next are gone, or may be: it must load anew what they would have
     * told. What the buffer still holds follows.
     *
     * @param oldest the first event that follows; null if the buffer holds none
     */
    record Gap(@Nullable ReplayId oldest) implements ReplaySignal {}

    /** Nothing happened for a while; this is said so that the connection is seen to live. */
    record Heartbeat(Instant at) implements ReplaySignal {}

    /** The last signal of this subscription. */
    record End(Reason reason) implements ReplaySignal {

        /** Why it ended. */
        public enum Reason {
            /** The listener was too far behind, or hung. It may come back with its last id. */
            SLOW,
            /** The session's events were erased. */
            ERASED,
            /** The buffer was closed: come back to another node. */
            CLOSED
        }
    }

    /** The value of the function that fits. */
    default <T extends @Nullable Object> T fold(
            Function<? super Item, ? extends T> item,
            Function<? super Gap, ? extends T> gap,
            Function<? super Heartbeat, ? extends T> heartbeat,
            Function<? super End, ? extends T> end) {
        if (this instanceof Item i) {
            return item.apply(i);
        }
        if (this instanceof Gap g) {
            return gap.apply(g);
        }
        return this instanceof Heartbeat h ? heartbeat.apply(h) : end.apply((End) this);
    }

    /** Calls the function that fits. */
    default void handle(
            Consumer<? super Item> item,
            Consumer<? super Gap> gap,
            Consumer<? super Heartbeat> heartbeat,
            Consumer<? super End> end) {
        this.<Runnable>fold(
                        i -> () -> item.accept(i),
                        g -> () -> gap.accept(g),
                        h -> () -> heartbeat.accept(h),
                        e -> () -> end.accept(e))
                .run();
    }
}
