/** Event streams on real servers. */
@NullMarked
package dev.mneme.memory.redis.stream;

import org.jspecify.annotations.NullMarked;
