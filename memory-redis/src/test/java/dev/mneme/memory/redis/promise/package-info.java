/** The cache's promise, held against several nodes on a real Redis, by nothing but the public API. */
@NullMarked
package dev.mneme.memory.redis.promise;

import org.jspecify.annotations.NullMarked;
