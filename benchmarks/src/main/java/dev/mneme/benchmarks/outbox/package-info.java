/** What the outbox delivers, and how soon, beside one that claims rows and one of another library. */
@NullMarked
package dev.mneme.benchmarks.outbox;

import org.jspecify.annotations.NullMarked;
