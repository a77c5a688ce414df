/**
 * The memory of an agent: interactions go in, and what bears on a question comes out again.
 *
 * <p>{@link dev.mneme.memory.context.ContextStore} holds the memories of many agents; {@link
 * dev.mneme.memory.context.AgentContext} is one agent's view of it, and the only way in. What is shared by those who
 * implement a store is in {@code spi}.
 */
@NullMarked
package dev.mneme.memory.context;

import org.jspecify.annotations.NullMarked;
