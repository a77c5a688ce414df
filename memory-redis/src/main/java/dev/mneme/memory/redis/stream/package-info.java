/**
 * Event streams in Redis: the log of events that groups of consumers on many nodes work through, and the sink by which
 * relays append to it.
 */
@NullMarked
package dev.mneme.memory.redis.stream;

import org.jspecify.annotations.NullMarked;
