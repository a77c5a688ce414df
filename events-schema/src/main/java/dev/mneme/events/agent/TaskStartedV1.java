package dev.mneme.events.agent;

import dev.mneme.events.Check;
import dev.mneme.events.Event;
import dev.mneme.events.EventType;

/**
 * An agent began a task, for the first time or again.
 *
 * @param taskId as in {@link TaskQueuedV1}
 * @param agent the agent that does it
 * @param attempt 1 for the first
 */
@EventType(name = "task.started", version = 1)
public record TaskStartedV1(String taskId, String agent, int attempt) implements Event {

    public TaskStartedV1 {
        Check.notBlank(taskId, "taskId");
        Check.maxLength(taskId, 256, "taskId");
        Check.notBlank(agent, "agent");
        Check.maxLength(agent, 256, "agent");
        Check.atLeast(attempt, 1, "attempt");
    }
}
