/**
 * A deterministic model of the two-level cache's protocol: nodes, one Redis with a replica that lags, a bus that loses
 * messages, and every fault that the cache promises to survive, in virtual time and on one thread.
 *
 * <p>{@link dev.mneme.memory.redis.model.Schedule} is one run, made from a seed; {@code Checker} holds every answer
 * against the promise; {@link dev.mneme.memory.redis.model.Rule} names what the protocol does to keep it, and each rule
 * can be taken away. {@code Server} has the scripts, {@code NearLevel}, {@code Flight} and {@code Invalidations} what a
 * node does, cut into the steps between which a thread may rest. The model knows neither the memory order of the JVM nor
 * wall clocks, and has two buckets, six keys and two caches.
 */
@NullMarked
package dev.mneme.memory.redis.model;

import org.jspecify.annotations.NullMarked;
