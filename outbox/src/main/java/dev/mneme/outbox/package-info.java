/**
 * Events stored in the caller's own SQL transaction and delivered afterwards: {@link dev.mneme.outbox.Outbox} stores
 * them, {@link dev.mneme.outbox.OutboxRelay} delivers them in order to an
 * {@link dev.mneme.events.stream.EventSink}, and {@link dev.mneme.outbox.JdbcInbox} keeps repetitions off a handler.
 */
@NullMarked
package dev.mneme.outbox;

import org.jspecify.annotations.NullMarked;
