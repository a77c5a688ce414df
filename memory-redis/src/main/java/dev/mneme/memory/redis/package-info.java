/**
 * What lives in Redis. {@link dev.mneme.memory.redis.Redis} is the way there, shared by all that uses it: it may be made
 * while the server is down, refuses at once while it is away, and comes back by itself.
 */
@NullMarked
package dev.mneme.memory.redis;

import org.jspecify.annotations.NullMarked;
