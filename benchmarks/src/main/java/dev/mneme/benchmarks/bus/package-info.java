/** The agent bus beside actors, an event bus, sinks and futures: what a message, a question, a plan, a refusal and a flood cost. */
@NullMarked
package dev.mneme.benchmarks.bus;

import org.jspecify.annotations.NullMarked;
