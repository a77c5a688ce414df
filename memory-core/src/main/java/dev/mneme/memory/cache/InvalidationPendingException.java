package dev.mneme.memory.cache;

import dev.mneme.MnemeException;

/** An invalidation was queued and not done; see {@link Ack#PENDING}. */
public final class InvalidationPendingException extends MnemeException {

    private static final long serialVersionUID = 1L;

    InvalidationPendingException() {
        super("the far level of the cache is away: the invalidation is queued, other nodes may serve the old value"
                + " until it is sent, at latest until its time to live ends");
    }
}
