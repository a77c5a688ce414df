/**
 * A host on two nodes that asks for a user's access on every message: a payment, an outage of Redis, a return.
 *
 * <p>Start reading at {@link dev.mneme.examples.payment.Payment}; {@link dev.mneme.examples.payment.Node} is the part a
 * real host would have too.
 */
@NullMarked
package dev.mneme.examples.payment;

import org.jspecify.annotations.NullMarked;
