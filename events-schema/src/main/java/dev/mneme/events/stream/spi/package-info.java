/** What an implementation of the streams' ports builds on: fair turns among priorities, handing an event to its handler, threads. */
@NullMarked
package dev.mneme.events.stream.spi;

import org.jspecify.annotations.NullMarked;
