package dev.mneme.events.agent;

import dev.mneme.events.Check;
import dev.mneme.events.Event;
import dev.mneme.events.EventType;
import java.util.List;

/**
 * Something about a session changed.
 *
 * @param changed the names of what changed, never the values
 */
@EventType(name = "session.updated", version = 1)
public record SessionUpdatedV1(List<String> changed) implements Event {

    public SessionUpdatedV1 {
        Check.maxSize(changed, 100, "changed");
        changed = List.copyOf(changed);
    }
}
