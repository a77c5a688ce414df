/** What the parts of resilience cost on a call, beside Resilience4j and Failsafe. */
@NullMarked
package dev.mneme.benchmarks.resilience;

import org.jspecify.annotations.NullMarked;
