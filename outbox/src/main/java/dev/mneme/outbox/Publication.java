package dev.mneme.outbox;

import java.util.UUID;

/** An event that was stored in a transaction which has not ended yet. */
public final class Publication {

    private final Outbox outbox;
    private final UUID eventId;
    private final int lane;

    Publication(Outbox outbox, UUID eventId, int lane) {
        this.outbox = outbox;
        this.eventId = eventId;
        this.lane = lane;
    }

    /** The id under which it is delivered. */
    public UUID eventId() {
        return eventId;
    }

    /**
     * Says that the transaction has committed, so that a relay of this process looks for the event at once instead of
     * with its next poll. To forget it delays the event and loses nothing; to say it too early does no harm. Never waits.
     */
    public void committed() {
        outbox.wake(lane);
    }

    @Override
    public String toString() {
        return "publication of " + eventId;
    }
}
