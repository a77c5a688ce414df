/**
 * For those who implement a {@link dev.mneme.memory.context.ContextStore}: what every store does alike, so that they agree.
 *
 * <p>{@link dev.mneme.memory.context.spi.Intake} checks and prepares what comes in; the store keeps it, and answers a
 * query with the filtered candidates of each {@link dev.mneme.memory.context.spi.Leg}; {@link
 * dev.mneme.memory.context.spi.Ranking} makes one list of them. {@link dev.mneme.memory.context.spi.Bm25} and {@link
 * dev.mneme.memory.context.spi.Vectors} score within the legs.
 */
@NullMarked
package dev.mneme.memory.context.spi;

import org.jspecify.annotations.NullMarked;
