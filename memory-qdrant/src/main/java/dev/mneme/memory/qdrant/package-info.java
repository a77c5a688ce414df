/**
 * The context store on Qdrant: memories of many agents in one collection of a server that scales past one machine.
 *
 * <p>It begins at {@link dev.mneme.memory.qdrant.QdrantContextStore}. What is stored how is in {@code docs/context-store.md}.
 */
@NullMarked
package dev.mneme.memory.qdrant;

import org.jspecify.annotations.NullMarked;
