/**
 * The last turns of each conversation, for all nodes of a host: {@link dev.mneme.memory.history.ConversationHistory}.
 *
 * <p>The store of record is the host's own database, from which a history loads what it does not hold. What is shared by
 * those who bring a level for all nodes is in {@code spi}.
 */
@NullMarked
package dev.mneme.memory.history;

import org.jspecify.annotations.NullMarked;
