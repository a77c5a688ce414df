/**
 * Breakers, retries, deadlines, bulkheads and error classes for calls that leave the process, composed by a
 * {@link dev.mneme.resilience.Policy} in one fixed order.
 *
 * <p>Start at {@link dev.mneme.resilience.Resilience}.
 */
@NullMarked
package dev.mneme.resilience;

import org.jspecify.annotations.NullMarked;
