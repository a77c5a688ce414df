/** What reading and writing an event costs, beside a plain JSON library and the CloudEvents SDK. */
@NullMarked
package dev.mneme.benchmarks.events;

import org.jspecify.annotations.NullMarked;
