/**
 * Memories on their way from one store to another: into a file and out of it, and from a store to its successor while both
 * are used. Built on what every {@link dev.mneme.memory.context.ContextStore} can do, so that any store can be either end.
 */
@NullMarked
package dev.mneme.memory.context.transfer;

import org.jspecify.annotations.NullMarked;
