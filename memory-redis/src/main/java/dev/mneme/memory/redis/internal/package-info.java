/** What the packages of this module need of each other; no API, and changed without notice. */
@NullMarked
package dev.mneme.memory.redis.internal;

import org.jspecify.annotations.NullMarked;
