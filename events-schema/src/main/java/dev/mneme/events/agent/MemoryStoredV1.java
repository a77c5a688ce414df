package dev.mneme.events.agent;

import dev.mneme.events.Check;
import dev.mneme.events.Event;
import dev.mneme.events.EventType;
import org.jspecify.annotations.Nullable;

/**
 * An agent remembers something new.
 *
 * @param agent whose memory it is
 * @param recordId the record's id in it
 * @param kind what kind of record, if the host tells them apart
 */
@EventType(name = "memory.stored", version = 1)
public record MemoryStoredV1(
        String agent, String recordId, @Nullable String kind) implements Event {

    public MemoryStoredV1 {
        Check.notBlank(agent, "agent");
        Check.maxLength(agent, 256, "agent");
        Check.notBlank(recordId, "recordId");
        Check.maxLength(recordId, 256, "recordId");
        Check.maxLength(kind, 256, "kind");
    }
}
