/**
 * Caches: values near the caller, behind them a level that all nodes share, behind that the host's source; and a
 * promise about what is seen after an invalidation.
 */
@NullMarked
package dev.mneme.memory.cache;

import org.jspecify.annotations.NullMarked;
