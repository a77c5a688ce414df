/**
 * A host that saves notes in SQL and has others index them: a producer, two relays and two consumers, each a process, of
 * which one each is killed. In the end every note that was committed is indexed, and no other.
 *
 * <p>Start reading at {@link dev.mneme.examples.delivery.DeliveryExample}; {@link dev.mneme.examples.delivery.Notes}, {@link
 * dev.mneme.examples.delivery.Relay} and {@link dev.mneme.examples.delivery.Indexer} are the parts a real host would have
 * too.
 */
@NullMarked
package dev.mneme.examples.delivery;

import org.jspecify.annotations.NullMarked;
