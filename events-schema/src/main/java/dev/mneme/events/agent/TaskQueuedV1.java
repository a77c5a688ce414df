package dev.mneme.events.agent;

import dev.mneme.events.Check;
import dev.mneme.events.Event;
import dev.mneme.events.EventType;
import java.util.List;

/**
 * A task was accepted and waits for its agent.
 *
 * @param taskId unique
 * @param agent the agent that will do it
 * @param dependsOn the tasks that must be completed before it
 */
@EventType(name = "task.queued", version = 1)
public record TaskQueuedV1(String taskId, String agent, List<String> dependsOn) implements Event {

    public TaskQueuedV1 {
        Check.notBlank(taskId, "taskId");
        Check.maxLength(taskId, 256, "taskId");
        Check.notBlank(agent, "agent");
        Check.maxLength(agent, 256, "agent");
        Check.maxSize(dependsOn, 1000, "dependsOn");
        dependsOn = List.copyOf(dependsOn);
    }
}
