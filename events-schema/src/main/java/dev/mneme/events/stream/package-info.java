/**
 * How events travel: from a relay into a sink, through a stream to groups of consumers, once into a transaction by an
 * inbox, and to a session's listeners through a replay buffer.
 *
 * <p>Each is a port with a version that lives in this process and needs no server. Delivery is at least once everywhere:
 * a repeated delivery carries the same event id, by which an inbox knows it.
 */
@NullMarked
package dev.mneme.events.stream;

import org.jspecify.annotations.NullMarked;
