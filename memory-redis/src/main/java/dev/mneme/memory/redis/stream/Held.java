package dev.mneme.memory.redis.stream;

import dev.mneme.events.stream.DeadLetter;
import dev.mneme.events.stream.EncodedEvent;
import org.jspecify.annotations.Nullable;

/** An event that a consumer was given, and how far it is. Changed under the consumer's lock only. */
final class Held {

    enum State {
        READY,
        RUNNING,
        /** For its next delivery. */
        WAITING,
        /** For an earlier event of its key. */
        BEHIND,
        /** Done, and not yet acknowledged. */
        HANDLED,
        DYING
    }

    final StreamEntry entry;
    /** Whether Redis counts its first delivery already, as it does when it gives an event for the first time. */
    private final boolean fresh;

    private @Nullable Thread thread;
    int deliveries;
    State state = State.READY;
    long dueNanos;
    DeadLetter.Reason reason = DeadLetter.Reason.FAILED;
    boolean byHandler;

    Held(StreamEntry entry, int deliveries, boolean fresh) {
        this.entry = entry;
        this.deliveries = deliveries;
        this.fresh = fresh;
    }

    EncodedEvent event() {
        return entry.event();
    }

    /** Deliveries that have begun, on this node or on others. */
    int deliveries() {
        return deliveries;
    }

    /** Whether Redis must be told of the delivery that begins now, so that it counts if this process dies of it. */
    boolean isToBeCounted() {
        return !fresh || deliveries > 1;
    }

    DeadLetter.Reason reason() {
        return reason;
    }

    boolean wasByHandler() {
        return byHandler;
    }

    /** The one that runs its handler. */
    @Nullable
    Thread thread() {
        return thread;
    }

    void runOn(@Nullable Thread handler) {
        thread = handler;
    }
}
