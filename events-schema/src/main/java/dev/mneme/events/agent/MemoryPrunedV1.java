package dev.mneme.events.agent;

import dev.mneme.events.Check;
import dev.mneme.events.Event;
import dev.mneme.events.EventType;

/**
 * Records were removed from a memory because it was full or they were old.
 *
 * @param agent whose memory it is
 * @param records how many
 */
@EventType(name = "memory.pruned", version = 1)
public record MemoryPrunedV1(String agent, long records) implements Event {

    public MemoryPrunedV1 {
        Check.notBlank(agent, "agent");
        Check.maxLength(agent, 256, "agent");
        Check.atLeast(records, 0, "records");
    }
}
