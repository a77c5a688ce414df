/** Measurements of the conversation history beside its peers. */
@NullMarked
package dev.mneme.benchmarks.history;

import org.jspecify.annotations.NullMarked;
