/**
 * The events that hosts of agents have in common: sessions, messages, tasks, memory, approvals, models and failures.
 *
 * <p>Whose event it is, in which session and from where, stands in the envelope and not in the records. Texts that a
 * person wrote or is shown are marked {@link dev.mneme.events.Personal}; codes and names of agents, models and stores come
 * from small sets of the host's own. {@link dev.mneme.events.agent.AgentEvents} lists them.
 */
@NullMarked
package dev.mneme.events.agent;

import org.jspecify.annotations.NullMarked;
