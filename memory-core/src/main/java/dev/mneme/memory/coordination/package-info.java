/**
 * What the instances of a host agree on: who holds a named lock, which sessions are live, that one request of a
 * session runs at a time, and what a person said to a request for approval.
 *
 * <p>Calls here block, for at most the time-out of the server behind them; each says what it answers when that server is
 * away. None may be made on a thread of an event loop.
 */
@NullMarked
package dev.mneme.memory.coordination;

import org.jspecify.annotations.NullMarked;
