/**
 * The embedded context store: many agents' memories in one folder, on Lucene.
 *
 * <p>{@link dev.mneme.memory.lucene.LuceneContextStore} is all there is to use. Behind it, a write goes to the {@code
 * Journal} (so that it lasts), to the {@code TextIndex} (so that its words are found) and to the {@code AgentMemory} (so
 * that it is found at once, by vector and by filter); a search reads the last two.
 */
@NullMarked
package dev.mneme.memory.lucene;

import org.jspecify.annotations.NullMarked;
