/**
 * For those who bring a far level: what the caches ask of the level that all nodes share, and how that level tells them
 * what changed there. Users of a cache need nothing from here.
 */
@NullMarked
package dev.mneme.memory.cache.spi;

import org.jspecify.annotations.NullMarked;
