package dev.mneme.events.stream;

import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a sink did with a batch. */
public sealed interface Delivery {

    /** What became of one event. */
    enum Outcome {
        /** It stands in the sink, in its place. */
        DELIVERED,
        /** It stood there already: the last batch of this lane left it. */
        DUPLICATE,
        /** The sink does not take this event, and will not take it unchanged. */
        REJECTED,
        /** It was left for later: an earlier event of its key was rejected, or the sink is full. */
        NOT_TRIED
    }

    /**
     * What became of one event.
     *
     * @param id the event's id
     * @param reason why it was rejected or not tried, in a few words without user data; else empty
     */
    record Result(UUID id, Outcome outcome, String reason) {

        static Result of(EncodedEvent event, Outcome outcome) {
            return new Result(event.id(), outcome, "");
        }

        /** Whether the event stands in the sink, so that it need not be sent again. */
        public boolean isSettled() {
            return outcome == Outcome.DELIVERED || outcome == Outcome.DUPLICATE;
        }
    }

    /**
     * The batch came with a sufficient fence.
     *
     * @param results one for each event, in the order of the batch
     */
    record Answered(List<Result> results) implements Delivery {
        public Answered {
            results = List.copyOf(results);
        }
    }

    /**
     * The batch came with a fence that was not above the sink's, and nothing was done.
     *
     * @param held the sink's fence of the lane: the sender is no longer its owner, or repeated a call
     */
    record Stale(Fence held) implements Delivery {}

    /** The value of the function that fits. */
    default <T extends @Nullable Object> T fold(
            Function<? super Answered, ? extends T> answered, Function<? super Stale, ? extends T> stale) {
        return this instanceof Answered a ? answered.apply(a) : stale.apply((Stale) this);
    }

    /** Calls the function that fits. */
    default void handle(Consumer<? super Answered> answered, Consumer<? super Stale> stale) {
        if (this instanceof Answered a) {
            answered.accept(a);
        } else {
            stale.accept((Stale) this);
        }
    }
}
