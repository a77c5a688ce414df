/**
 * Work among agents in one process: each agent has a bounded, fair queue and a limit of what runs at once; each accepted
 * task ends in exactly one way, within its deadline, and can be cancelled until then.
 */
@NullMarked
package dev.mneme.bus;

import org.jspecify.annotations.NullMarked;
