/**
 * A host that lives through an outage: its model goes down, throttles and comes back, its store goes away, and the
 * readiness page is printed beside each step.
 *
 * <p>Start reading at {@link dev.mneme.examples.outage.Outage}; {@link dev.mneme.examples.outage.Host} is the part a
 * real host would have too.
 */
@NullMarked
package dev.mneme.examples.outage;

import org.jspecify.annotations.NullMarked;
