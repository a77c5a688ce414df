/**
 * For those who bring the level of a history that all nodes share: what is asked of it. Users of a history need nothing
 * from here.
 */
@NullMarked
package dev.mneme.memory.history.spi;

import org.jspecify.annotations.NullMarked;
