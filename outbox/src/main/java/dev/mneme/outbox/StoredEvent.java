package dev.mneme.outbox;

import dev.mneme.events.stream.EncodedEvent;

/** An event as a fetch found it. */
record StoredEvent(long id, int lane, int attempts, EncodedEvent event) {}
