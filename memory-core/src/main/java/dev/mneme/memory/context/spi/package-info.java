/**
 * For those who implement a {@link dev.mneme.memory.context.ContextStore}: what every store does alike, so that they agree.
 *
 * <p>{@link dev.mneme.memory.context.spi.Intake} checks and prepares what comes in; the store keeps it, and answers a
 * query with the filtered candidates of each {@link dev.mneme.memory.context.spi.Leg}; {@link
 * dev.mneme.memory.context.spi.Ranking} makes one list of them. {@link dev.mneme.memory.context.spi.Bm25} and {@link
 * dev.mneme.memory.context.spi.Vectors} score within the legs.
 *
 * <p>Where a search {@linkplain dev.mneme.memory.context.spi.Conversation#isAsked asks} for turns of conversations, {@link
 * dev.mneme.memory.context.spi.Conversation} makes the legs: of the store's {@link dev.mneme.memory.context.spi.Rows}, of its
 * plain dense leg, and of {@link dev.mneme.memory.context.spi.Sessions}, which the store tells of each record that comes or
 * goes.
 */
@NullMarked
package dev.mneme.memory.context.spi;

import org.jspecify.annotations.NullMarked;
