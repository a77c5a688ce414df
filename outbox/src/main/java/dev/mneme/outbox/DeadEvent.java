package dev.mneme.outbox;

import dev.mneme.events.stream.EncodedEvent;
import java.time.Instant;

/**
 * An event that was given up.
 *
 * @param event the event
 * @param attempts how often the sink rejected it
 * @param reason what the sink said the last time; no user data
 * @param blocksKey whether the later events of its key wait for it
 * @param storedAt when it was published, by the database's clock
 */
public record DeadEvent(EncodedEvent event, int attempts, String reason, boolean blocksKey, Instant storedAt) {}
