/** What the two-level cache costs near and far, beside the caches it stands on and those it competes with. */
@NullMarked
package dev.mneme.benchmarks.cache;

import org.jspecify.annotations.NullMarked;
