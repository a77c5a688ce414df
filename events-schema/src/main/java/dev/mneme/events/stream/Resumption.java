package dev.mneme.events.stream;

import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a sink answers to the owner of a lane that asks where it stands. */
public sealed interface Resumption {

    /**
     * The fence is raised.
     *
     * @param ids the events that the lane's last batch left in the sink; empty if it left none, or there was no batch
     */
    record Left(Set<UUID> ids) implements Resumption {
        public Left {
            ids = Set.copyOf(ids);
        }
    }

    /**
     * The fence was not above the sink's, and nothing was done.
     *
     * @param held the sink's fence of the lane: the asker is no longer its owner, or repeated a call, or the database
     *     behind it has been set back; only in the last case may it go on above this one
     */
    record Stale(Fence held) implements Resumption {}

    /** The value of the function that fits. */
    default <T extends @Nullable Object> T fold(
            Function<? super Left, ? extends T> left, Function<? super Stale, ? extends T> stale) {
        return this instanceof Left l ? left.apply(l) : stale.apply((Stale) this);
    }

    /** Calls the function that fits. */
    default void handle(Consumer<? super Left> left, Consumer<? super Stale> stale) {
        if (this instanceof Left l) {
            left.accept(l);
        } else {
            stale.accept((Stale) this);
        }
    }
}
