package dev.mneme.outbox.model;

/** What the protocol consists of; each can be taken away, to see what it is for. */
enum Rule {
    /** A writer holds the lock of the event's key before the row gets its id. */
    KEY_LOCK_BEFORE_ID,
    /** No session takes ids in advance. */
    IDS_WITHOUT_CACHE,
    /** A commit wakes the fetch and hands nothing over. */
    NO_HAND_OFF,
    /** A writer's transaction has its own id before its row has one. */
    XID_BEFORE_ID,
    /** The floor rises to a value only when all transactions that were open when it was noted have ended. */
    FLOOR_WAITS_FOR_OPEN,
    /** The floor stays below what remains in the lane. */
    FLOOR_BELOW_REMAINING,
    /** A redrive, which brings old ids back, resets the floor. */
    REDRIVE_RESETS_FLOOR,
    /** A fetch judges all rows by one time. */
    ONE_TIME_PER_FETCH,
    /** A row waits while an earlier one of its key waits for its next attempt. */
    PARKED_KEY_WAITS,
    /** In the sink, a key stops at its first rejected event. */
    KEY_STOPS_AT_FIRST_ERROR,
    /** The sink does nothing for a call that does not come with a higher fence. */
    SINK_FENCE,
    /** The fence has a number for each call of an epoch. */
    FENCE_HAS_NUMBER,
    /** The sink remembers what the lane's last batch left. */
    SINK_REMEMBERS_LAST_BATCH,
    /** A new owner asks the sink before it fetches. */
    NEW_OWNER_ASKS,
    /** An owner that does not know what became of its batch asks before it fetches. */
    ASKS_AFTER_UNKNOWN_PUBLISH,
    /** What the sink names is settled before the next fetch. */
    ANSWER_IS_SETTLED,
    /** Retries and deaths are written only in the epoch they belong to. */
    SETTLE_FENCED,
    /** An owner that does not know whether it settled raises the epoch. */
    UNKNOWN_SETTLE_RAISES_EPOCH,
    /** An owner that finds a higher epoch in the sink goes above it. */
    GOES_ABOVE_SINKS_EPOCH,
    /** A dead event that blocks its key stays in its place. */
    BLOCKING_DEAD_STAYS
}
